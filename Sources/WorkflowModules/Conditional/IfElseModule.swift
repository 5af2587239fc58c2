public import WorkflowCore

/// Leads messages and steps to one of two modules.
///
/// ```yaml
/// modules:
///   - name: check-total
///     type: conditional.ifelse
///     config:
///       expression: order.total >= 1000
///     branches:
///       "true": manual-review
///       "false": fulfillment
/// ```
public struct IfElseModule: WorkflowModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What is decided, in words.
        public var description = ""
        /// The condition.
        public var expression: Expression?

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What is decided, in words."),
            .init(
                "expression", \.expression,
                "The condition. It is met if its value counts as true: all but `null`, `false`, `0` and `\"\"`.",
                required: true),
        ]

        /// Creates the defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "conditional.ifelse", hasBranches: true,
        summary: "Leads messages and steps to one of two modules.",
        details: """
            Beside `config`, `branches` names the module for the outcomes `"true"` and `"false"`. An outcome without a \
            branch does nothing.

            \(ConditionalDocumentation.details)
            """,
        provides: [.messageHandler, .processingStep, .component],
        examples: [
            ModuleDescriptor.Example(
                "Large orders are looked at by somebody",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: check-total
                        type: conditional.ifelse
                        config:
                          expression: order.total >= 1000
                        branches:
                          "true": review-log
                          "false": order-log
                      - name: review-log
                        type: messaging.handler
                      - name: order-log
                        type: messaging.handler
                    workflows:
                      messaging:
                        subscriptions:
                          - topic: order.created
                            handler: check-total
                    """)
        ])

    private let router: ConditionalRouter

    public init(configuration: Configuration, context: ModuleContext) throws {
        router = try ConditionalRouter(configuration.expression, context: context) { expression, scope, environment in
            [try expression.isTrue(in: scope, environment: environment) ? "true" : "false"]
        }
    }

    public var services: [any Sendable] { [router] }

    public func validate() throws {
        try router.connect(names: ["true", "false"])
    }
}
