#if Kafka
import WorkflowCore
import WorkflowModules

/// Messages as CloudEvents 1.0 on Kafka: the key of a record is that of the message.
struct KafkaCodec: Sendable, Hashable {
    private static let format = CloudEventFormat.underscores

    let topics: KafkaTopics

    /// Writes a message.
    ///
    /// - Parameter source: What `ce_source` says.
    /// - Throws: ``WorkflowError`` `.invalidInput` for a topic that cannot be published to.
    func encode(_ message: Message, source: String) throws -> KafkaRecord {
        KafkaRecord(
            topic: try topics.name(ofTopic: message.topic), key: Array(message.key.utf8),
            headers: Self.format.headers(of: message, source: source), body: message.payload.jsonBytes())
    }

    /// Reads a message, also one of a publisher that knows nothing of CloudEvents.
    ///
    /// - Parameters:
    ///   - record: As it came.
    ///   - maxPayload: The greatest content that is taken, in bytes.
    ///   - now: The time of a message that tells none.
    /// - Throws: ``CloudEventFormat/Unreadable``.
    func decode(_ record: KafkaRecord, maxPayload: Int, now: Timestamp) throws -> Message {
        let plain = Message(
            id: "\(record.topic)/\(record.partition)/\(record.offset)",
            topic: topics.topic(of: record.topic) ?? record.topic, payload: .null,
            key: String(decoding: record.key, as: UTF8.self),
            timestamp: record.timestamp >= 0 ? Timestamp(nanoseconds: record.timestamp * 1_000_000) : now)
        return try Self.format.message(
            record.body, plain: plain, maxPayload: maxPayload, header: record.header)
    }
}
#endif
