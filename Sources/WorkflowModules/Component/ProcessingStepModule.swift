public import WorkflowCore

/// Runs a component as a step of a state machine.
///
/// ```yaml
/// modules:
///   - name: step-payment
///     type: processing.step
///     config:
///       componentId: payment-processor
///       successTransition: payment_approved
///       compensateTransition: payment_declined
/// ```
public struct ProcessingStepModule: WorkflowModule, ProcessingStep {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the step is for.
        public var description = ""
        /// The component.
        public var componentID = Located("")
        /// What a success fires; empty for nothing.
        public var successTransition = Located("")
        /// What a failure fires; empty for nothing.
        public var compensateTransition = Located("")
        /// How often a technical failure is retried; negative for the default.
        public var maxRetries = Self.defaultRetries
        /// How long to wait before the first retry.
        public var retryBackoff = Milliseconds(1000)
        /// How long one attempt may take, in seconds; not positive for the default.
        public var timeoutSeconds = Self.defaultTimeout

        static let defaultRetries = 2
        static let defaultTimeout = 30.0
        private static let longestTimeout = 7 * 86_400.0

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the step is for, in words."),
            .init(
                "componentId", \.componentID,
                "The component that does the work: its module name, or its `componentId`.",
                required: true, schema: .reference(.component)),
            .init(
                "successTransition", \.successTransition,
                "The transition that a success fires, with the result as data."),
            .init(
                "compensateTransition", \.compensateTransition,
                "The transition that a failure fires, with the result, or `error`, as data."),
            .init(
                "maxRetries", \.maxRetries,
                "How often a technical failure is retried before the step counts as failed; a negative number means 2.",
                schema: .integer(minimum: nil, maximum: 1000)),
            .init(
                "retryBackoffMs", \.retryBackoff,
                "How long to wait before the first retry, in milliseconds; twice as long before each further one."),
            .init(
                "timeoutSeconds", \.timeoutSeconds,
                "How long one attempt may take, in seconds; a number that is not positive means 30."),
        ]

        /// Creates the defaults.
        public init() {}

        var policy: StepPolicy {
            let seconds = timeoutSeconds > 0 ? min(timeoutSeconds, Self.longestTimeout) : Self.defaultTimeout
            return StepPolicy(
                successTransition: successTransition.value, compensateTransition: compensateTransition.value,
                maxRetries: maxRetries < 0 ? Self.defaultRetries : maxRetries, retryBackoff: retryBackoff.duration,
                timeout: .nanoseconds(Int64(seconds * 1e9)))
        }
    }

    /// The keys of the configuration.
    let configuration: Configuration
    public let policy: StepPolicy
    private let component: any ExecutableComponent

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        policy = configuration.policy
        let id = configuration.componentID
        let components = context.services.all((any ExecutableComponent).self)
        let found =
            context.services.find((any ExecutableComponent).self, named: id.value)
            ?? context.services.all(DynamicComponentModule.self).first { $0.service.isKnown(as: id.value) }?.service
        guard let found else {
            let names = components.flatMap { [$0.name] + (($0.service as? DynamicComponentModule)?.otherNames ?? []) }
            throw ConfigurationError([
                id.issue(
                    "there is no component \"\(id.value)\"",
                    suggestion: Suggestion.text(for: id.value, among: names, what: "components")
                        ?? "add a dynamic.component of this name to modules",
                    absent: .module(name: id.value, kind: .component))
            ])
        }
        component = found
    }

    public var concurrency: Int { component.concurrency }

    public func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        switch try await component.execute(.object(invocation.input)) {
        case .object(let result): result
        case .null: [:]
        case let other: ["result": other]
        }
    }
}
