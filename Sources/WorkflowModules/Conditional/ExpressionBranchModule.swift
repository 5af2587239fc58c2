public import WorkflowCore

/// Leads messages and steps to the module that the value of an expression names a branch for.
///
/// ```yaml
/// modules:
///   - name: route-by-region
///     type: conditional.expression
///     config:
///       expression: lower(order.region ?? 'none')
///     branches:
///       eu: warehouse-eu
///       us: warehouse-us
///       default: warehouse-world
/// ```
public struct ExpressionBranchModule: WorkflowModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What is decided, in words.
        public var description = ""
        /// What gives the name of the branch.
        public var expression: Expression?

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What is decided, in words."),
            .init(
                "expression", \.expression,
                "What gives the name of the branch; a value that is no text stands for its JSON, such as `200` or `null`.",
                required: true),
        ]

        /// Creates the defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "conditional.expression", hasBranches: true,
        summary: "Leads messages and steps to the module that the value of an expression names a branch for.",
        details: """
            Beside `config`, `branches` names the module for each value of `expression`. `default` is for values without \
            a branch; without it they do nothing.

            \(ConditionalDocumentation.details)
            """,
        provides: [.messageHandler, .processingStep, .component],
        examples: [
            ModuleDescriptor.Example(
                "A log for each region",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: route-by-region
                        type: conditional.expression
                        config:
                          expression: lower(order.region ?? 'none')
                        branches:
                          eu: log-eu
                          us: log-us
                          default: log-world
                      - name: log-eu
                        type: messaging.handler
                      - name: log-us
                        type: messaging.handler
                      - name: log-world
                        type: messaging.handler
                    workflows:
                      messaging:
                        subscriptions:
                          - topic: order.*
                            handler: route-by-region
                    """)
        ])

    private let router: ConditionalRouter

    public init(configuration: Configuration, context: ModuleContext) throws {
        router = try ConditionalRouter(configuration.expression, context: context) { expression, scope, environment in
            [try expression.evaluate(in: scope, environment: environment).branchName, "default"]
        }
    }

    public var services: [any Sendable] { [router] }

    public func validate() throws {
        try router.connect(names: nil)
    }
}
