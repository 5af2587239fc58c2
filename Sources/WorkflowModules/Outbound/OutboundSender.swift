import WorkflowCore

/// What an outbound module provides: the same delivery as a message handler, a processing step and a component.
///
/// As a step it is not tried again by the state machine: the attempts are made within one run, and the run is repeated
/// after a crash.
struct OutboundSender: MessageHandler, ProcessingStep, ExecutableComponent {
    /// How many deliveries of steps may be under way at once, so that a slow receiver leaves room for other work.
    private static let stepConcurrency = 64

    let policy: StepPolicy
    private let identifiers: any IdentifierGenerator
    private let deliver: @Sendable (OutboundEvent) async throws -> JSONObject

    /// - Parameters:
    ///   - outcomes: The transitions that a step fires.
    ///   - delivery: Says how long a delivery can take.
    ///   - identifiers: Where the identifiers of inputs without one come from.
    ///   - deliver: Delivers an event and returns what came of it.
    init(
        outcomes: (success: String, compensate: String), delivery: OutboundDelivery,
        identifiers: any IdentifierGenerator, deliver: @escaping @Sendable (OutboundEvent) async throws -> JSONObject
    ) {
        policy = StepPolicy(
            successTransition: outcomes.success, compensateTransition: outcomes.compensate, maxRetries: 0,
            timeout: delivery.policy.longestDuration + .seconds(5))
        self.identifiers = identifiers
        self.deliver = deliver
    }

    var concurrency: Int { Self.stepConcurrency }

    func handle(_ message: Message) async throws {
        _ = try await deliver(OutboundEvent(message))
    }

    func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        try await deliver(OutboundEvent(invocation))
    }

    func execute(_ input: JSONValue) async throws -> JSONValue {
        .object(try await deliver(OutboundEvent(input: input, identifiers: identifiers)))
    }
}
