public import WorkflowCore

extension IntegrationWorkflowModule {
    /// The keys of the section.
    public struct Configuration: ConfigurationObject {
        /// The registry; empty for the only one.
        public var registry = ""
        /// The systems that steps call, and the requests that run workflows.
        public var connectors: [ConnectorConfiguration] = []
        /// The steps of the workflow that has no name of its own.
        public var steps: [StepConfiguration] = []
        /// Workflows by name.
        public var workflows = NamedEntries<StepsConfiguration>()

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "registry", \.registry, "The registry that runs the workflows; may be left out when there is only one.",
                reference: .integrationRegistry),
            .init(
                "connectors", \.connectors, "The systems that steps call, and the requests that run workflows.",
                required: true),
            .init("steps", \.steps, "The steps of a workflow called `integration`."),
            .init("workflows", \.workflows, "Further workflows, each under its name."),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard steps.isEmpty, workflows.entries.isEmpty else { return }
            decoder.fail(node, "there are no steps", suggestion: "give steps, or workflows with steps")
        }
    }

    /// A workflow with a name.
    public struct StepsConfiguration: ConfigurationObject {
        /// What the workflow is for.
        public var description = ""
        /// The steps.
        public var steps: [StepConfiguration] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the workflow is for, in words."),
            .init(
                "steps", \.steps, "The steps, in their order.", required: true,
                check: { $0.isEmpty ? "must have at least one step" : nil }),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// One call of a connector.
    public struct StepConfiguration: ConfigurationObject {
        /// The name, under which the result is stored.
        public var name = Located("")
        /// The connector.
        public var connector = Located("")
        /// What the connector does.
        public var action = Located("")
        /// What the connector gets.
        public var input = UnreadValue()
        /// What is made of the result.
        public var transform = UnreadValue()
        /// How often a call that failed is repeated.
        public var retryCount = 0
        /// How long to wait before a repetition.
        public var retryDelay: Duration = .seconds(1)
        /// Where to go on after a success.
        public var onSuccess = Located("")
        /// Where to go on after a failure.
        public var onError = Located("")

        public static let fields: [ConfigurationField<Self>] = [
            .init("name", \.name, "The name, under which the result is stored.", required: true),
            .init("connector", \.connector, "The connector.", required: true),
            .init(
                "action", \.action,
                "What to do: of an `http` connector method and path, such as `GET /orders/{id}`; of a `database` connector `query`, `execute`, `insert`, `update` or `delete`.",
                required: true),
            .init("input", \.input, "What the connector gets; texts in it may have `${…}` in them."),
            .init(
                "transform", \.transform,
                "What is stored instead of the result: an expression over `result`, `data` and `steps`, or a value whose texts have `${…}` in them."
            ),
            .init(
                "retryCount", \.retryCount, "How often a call that failed is repeated.",
                schema: .integer(minimum: 0, maximum: 100)),
            .init(
                "retryDelay", \.retryDelay, "How long to wait before a repetition.",
                check: { $0 <= .seconds(3600) ? nil : "must be at most 1h" }),
            .init(
                "onSuccess", \.onSuccess, "The step to go on with after a success, or `end`; by default the next one."),
            .init(
                "onError", \.onError,
                "The step to go on with after a failure, or `end`. Any other word: the failure is stored and the next step runs. Without this key a failure ends the run."
            ),
        ]

        /// Creates the defaults.
        public init() {}
    }
}
