import Logging
import WorkflowCore

/// A module that is run when an event pattern occurs.
struct EventMatchHandler: Sendable {
    private enum Target: Sendable {
        case step(any ProcessingStep)
        case message(any MessageHandler)
        case component(any ExecutableComponent)
    }

    /// How many events of an occurrence a handler gets, the last ones.
    static let passedEvents = 100
    /// How large they may be together, as JSON.
    static let passedBytes = 256 << 10

    let name: String
    private let target: Target
    private let generation: GenerationContext
    private let logger: Logger

    /// Finds a module; `nil` when there is none of this name that can be run.
    init?(_ name: String, _ generation: GenerationContext, logger: Logger) {
        let services = generation.services
        if let handler = services.find((any MessageHandler).self, named: name) {
            target = .message(handler)
        } else if let component = services.find((any ExecutableComponent).self, named: name) {
            target = .component(component)
        } else if let known = services.all(DynamicComponentModule.self).first(where: { $0.service.isKnown(as: name) }) {
            target = .component(known.service)
        } else if let step = services.find((any ProcessingStep).self, named: name) {
            target = .step(step)
        } else {
            return nil
        }
        self.name = name
        self.generation = generation
        self.logger = logger
    }

    /// Whether the module is a step that wants to fire transitions, for which there is no state machine here.
    var firesTransitions: Bool {
        guard case .step(let step) = target else { return false }
        return !step.policy.successTransition.isEmpty || !step.policy.compensateTransition.isEmpty
    }

    /// The names of the modules that can be run.
    static func names(_ services: ServiceDirectory) -> [String] {
        let runnable =
            services.all((any ProcessingStep).self).map(\.name) + services.all((any MessageHandler).self).map(\.name)
            + services.all((any ExecutableComponent).self).map(\.name)
        return Set(runnable).sorted()
    }

    /// Runs the module.
    ///
    /// - Parameters:
    ///   - match: What occurred.
    ///   - attempt: How often the event that completed it has come in.
    /// - Throws: What the module throws.
    func handle(_ match: EventMatch, attempt: Int) async throws {
        let payload = Self.payload(of: match)
        switch target {
        case .step(let found):
            let invocation = StepInvocation(
                instanceID: match.key, workflowType: "event", transition: match.patternID, fromState: "", toState: "",
                data: payload, idempotencyKey: match.id, attempt: attempt)
            let step = try (found as? any RoutingStep)?.step(for: invocation) ?? found
            let result = try await observe("execute") {
                try await withTimeout(step.policy.timeout, clock: generation.environment.clock) {
                    try await step.execute(invocation)
                }
            }
            report(result, match)
        case .message(let handler):
            let message = Message(
                id: match.id, topic: "event.\(match.patternID)", payload: .object(payload), key: match.key,
                timestamp: generation.environment.clock.now, deliveryAttempt: attempt)
            try await observe("handle") { try await handler.handle(message) }
        case .component(let component):
            let result = try await observe("execute") { try await component.execute(.object(payload)) }
            report(result.objectValue ?? [:], match)
        }
    }

    private static func payload(of match: EventMatch) -> JSONObject {
        var events: [JSONValue] = []
        var bytes = 0
        for event in match.events.suffix(passedEvents).reversed() {
            let value = event.json
            bytes += value.jsonBytes().count
            guard bytes <= passedBytes else { break }
            events.append(value)
        }
        return [
            "patternId": .string(match.patternID), "eventsCount": .integer(Int64(match.events.count)),
            "correlationId": .string(match.key), "events": .array(events.reversed()),
        ]
    }

    private func observe<Result>(_ operation: String, _ body: () async throws -> Result) async throws -> Result {
        try await generation.instrumentation.observe(operation, module: name, body)
    }

    private func report(_ result: JSONObject, _ match: EventMatch) {
        guard case .businessFailure = StepOutcome(result: result) else { return }
        logger.warning(
            "The handler of an event pattern says that it failed",
            metadata: ["pattern": "\(match.patternID)", "handler": "\(name)", "key": "\(match.key)"])
    }
}
