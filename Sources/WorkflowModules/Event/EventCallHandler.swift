import WorkflowCore

/// Takes in the events that triggers bring.
struct EventCallHandler: ActionCheckingWorkflow {
    let processor: EventProcessor
    let generation: GenerationContext

    func execute(_ call: WorkflowCall) async throws -> JSONValue {
        if let problem = problem(withAction: call.action) { throw WorkflowError(.notFound, problem.message) }
        let data = JSONValue.object(call.data)
        func identifier(_ keys: String...) -> String? {
            keys.lazy.compactMap { EventAdapterHandler.identifier($0, in: data) }.first
        }
        let time = data["time"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        let event = PatternEvent(
            id: identifier("eventId") ?? call.idempotencyKey ?? generation.environment.identifiers.next(),
            type: call.action,
            sourceID: identifier("sourceId", "instanceId", "id") ?? "",
            correlationID: identifier("correlationId") ?? "", time: time ?? generation.environment.clock.now,
            data: data)
        let outcome = try await processor.process(event)
        return [
            "success": true, "type": .string(call.action), "accepted": .bool(outcome.isAccepted),
            "matches": .array(outcome.matches.map { .string($0) }),
        ]
    }

    func problem(withAction action: String) -> (message: String, suggestion: String?)? {
        let types = processor.eventTypes
        guard !types.contains(action) else { return nil }
        return (
            "no event pattern takes events of the type \"\(action)\"",
            Suggestion.text(for: action, among: types.sorted(), what: "types of events")
        )
    }
}
