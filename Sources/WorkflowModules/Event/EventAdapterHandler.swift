import WorkflowCore

/// Turns messages into events.
struct EventAdapterHandler: MessageHandler {
    let adapter: EventWorkflowModule.AdapterConfiguration
    let processor: EventProcessor

    func handle(_ message: Message) async throws {
        let hasOwnType = !adapter.eventType.isEmpty && processor.eventTypes.contains(adapter.eventType)
        let event = PatternEvent(
            id: message.id, type: hasOwnType ? adapter.eventType : message.topic,
            sourceID: Self.identifier(adapter.sourceIDKey, in: message.payload) ?? message.key,
            correlationID: Self.identifier(adapter.correlationIDKey, in: message.payload) ?? "",
            time: message.timestamp, data: message.payload)
        try await processor.process(event, attempt: message.deliveryAttempt)
    }

    /// The identifier under a key, or at a path, of an event's content.
    static func identifier(_ path: String, in data: JSONValue) -> String? {
        guard !path.isEmpty else { return nil }
        switch data[path] ?? data.value(at: path) {
        case .string(let text) where !text.isEmpty: return text
        case .integer(let number): return String(number)
        default: return nil
        }
    }
}
