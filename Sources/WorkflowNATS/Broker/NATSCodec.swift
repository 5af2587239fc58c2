#if NATS
import WorkflowCore
import WorkflowModules

/// Messages as CloudEvents 1.0 on NATS.
struct NATSCodec: Sendable, Hashable {
    private static let format = CloudEventFormat.dashes

    let subjects: NATSSubjects

    /// Writes a message.
    ///
    /// - Parameter source: What `ce-source` says.
    /// - Throws: ``WorkflowError`` `.invalidInput` for a topic that cannot be published to.
    func encode(_ message: Message, source: String) throws -> NATSMessage {
        NATSMessage(
            subject: try subjects.subject(ofTopic: message.topic),
            headers: [("Nats-Msg-Id", CloudEventText.escaped(message.id))]
                + Self.format.headers(of: message, source: source), body: message.payload.jsonBytes())
    }

    /// Reads a message, also one of a publisher that knows nothing of CloudEvents.
    ///
    /// - Parameters:
    ///   - message: As it came.
    ///   - receipt: What JetStream says about it; `nil` for a message of core NATS.
    ///   - maxPayload: The greatest content that is taken, in bytes.
    ///   - now: The time of a message that tells none.
    /// - Throws: ``CloudEventFormat/Unreadable``.
    func decode(_ message: NATSMessage, _ receipt: DeliveryReceipt?, maxPayload: Int, now: Timestamp) throws -> Message
    {
        let id = message.header("nats-msg-id").map(CloudEventText.unescaped)
        let plain = Message(
            id: id ?? receipt.map { "\($0.sequence)" } ?? "\(message.subject)-\(now.nanoseconds)",
            topic: subjects.topic(of: message.subject), payload: .null,
            timestamp: receipt.map { Timestamp(nanoseconds: $0.storedAt) } ?? now,
            deliveryAttempt: receipt?.deliveries ?? 1)
        return try Self.format.message(
            message.body, plain: plain, maxPayload: maxPayload, header: message.header)
    }
}
#endif
