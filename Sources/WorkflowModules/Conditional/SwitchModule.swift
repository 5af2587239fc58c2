public import WorkflowCore

/// Leads messages and steps to the module for one of several cases.
///
/// ```yaml
/// modules:
///   - name: route-by-priority
///     type: conditional.switch
///     config:
///       expression: order.priority
///       cases: [express, standard]
///     branches:
///       case-0: express-handler
///       case-1: standard-handler
///       default: bulk-handler
/// ```
public struct SwitchModule: WorkflowModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What is decided, in words.
        public var description = ""
        /// What is compared with the cases.
        public var expression: Expression?
        /// The cases.
        public var cases: [String] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What is decided, in words."),
            .init("expression", \.expression, "What is compared with the cases.", required: true),
            .init(
                "cases", \.cases,
                "The texts that the value of `expression` is compared with; values that are no text are compared as JSON, such as `200` or `true`.",
                required: true, check: { problem($0) }),
        ]

        /// Creates the defaults.
        public init() {}

        private static func problem(_ cases: [String]) -> String? {
            if cases.isEmpty { return "needs at least one case" }
            var seen: Set<String> = []
            return cases.first { !seen.insert($0).inserted }.map { "the case \"\($0)\" is given twice" }
        }
    }

    private let configuration: Configuration
    private let router: ConditionalRouter

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        let names = Dictionary(
            zip(configuration.cases, Self.names(of: configuration.cases)), uniquingKeysWith: { first, _ in first })
        router = try ConditionalRouter(configuration.expression, context: context) { expression, scope, environment in
            let value = try expression.evaluate(in: scope, environment: environment).branchName
            return (names[value] ?? []) + ["default"]
        }
    }

    public var services: [any Sendable] { [router] }

    public func validate() throws {
        let names = Self.names(of: configuration.cases)
        let branches = router.context.branches
        if let twice = names.first(where: { $0.filter { branches[$0] != nil }.count > 1 }) {
            let list = twice.map { "\"\($0)\"" }.joined(separator: " and ")
            throw router.context.error("the branches \(list) are for the same case", suggestion: "keep one of them")
        }
        try router.connect(names: names.flatMap { $0 } + ["default"])
    }

    /// The names of the branches of each case: `case-<index>`, and its text when that does not mean something else.
    private static func names(of cases: [String]) -> [[String]] {
        let reserved = Set(cases.indices.map { "case-\($0)" } + ["default"])
        return cases.enumerated().map { index, text in
            ["case-\(index)"] + (reserved.contains(text) ? [] : [text])
        }
    }
}
