#if Redis
import WorkflowCore
import WorkflowModules

/// What tells connections of brokers apart.
struct RedisStreamConfiguration: Sendable, Hashable {
    /// The server; its time for commands is that of requests.
    var settings: RedisSettings
    var names: RedisStreamNames
    /// How long to wait for a sign of life before a message is taken over.
    var ackWait: Duration = .seconds(30)
    /// Whether a new subscription begins with the first message that is kept instead of the next one.
    var isFromStart = false
    /// How many messages a topic keeps; 0 for no bound.
    var maxLength = 1_000_000
    /// How long messages are kept; zero for ever.
    var maxAge: Duration = .seconds(7 * 86_400)
    /// How long a second message with the same identifier is left out; zero for not at all.
    var duplicateWindow: Duration = .seconds(600)
    /// After which time topics are looked at without having been told to.
    var pollInterval: Duration = .seconds(1)
}

/// Messages as entries of streams: attributes of CloudEvents as fields, the content as JSON in `data`.
struct RedisStreamCodec: Sendable, Hashable {
    /// What `ce_source` says.
    let source: String

    /// The fields of a message, names and values one after the other.
    ///
    /// - Parameter body: The content of the message, as JSON.
    func fields(of message: Message, body: [UInt8]) -> [RedisArgument] {
        var fields: [RedisArgument] = []
        for header in CloudEventFormat.underscores.headers(of: message, source: source) {
            fields.append(RedisArgument(header.name))
            fields.append(RedisArgument(header.value))
        }
        fields.append("data")
        fields.append(RedisArgument(body))
        return fields
    }

    /// Reads an entry. One without `data`, of another program, is an object with a text for each field.
    ///
    /// - Throws: ``CloudEventFormat/Unreadable``.
    static func message(_ entry: RedisEntry, maxPayload: Int) throws -> Message {
        var texts: JSONObject = [:]
        var data: [UInt8]?
        for index in stride(from: 0, to: entry.fields.count - 1, by: 2) {
            guard let name = entry.fields[index].text else { continue }
            if name == "data" {
                data = entry.fields[index + 1].bytes ?? []
            } else {
                texts[name] = entry.fields[index + 1].text.map { .string($0) }
            }
        }
        let time = Timestamp(nanoseconds: Int64(min(entry.place.id.milliseconds, 9_000_000_000_000)) * 1_000_000)
        let plain = Message(
            id: entry.place.id.description, topic: entry.place.topic, payload: .null, timestamp: time,
            deliveryAttempt: entry.deliveries)
        return try CloudEventFormat.underscores.message(
            data ?? JSONValue.object(texts).jsonBytes(), plain: plain, maxPayload: maxPayload
        ) { texts[$0]?.stringValue }
    }
}
#endif
