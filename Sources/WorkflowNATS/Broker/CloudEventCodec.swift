#if NATS
import WorkflowCore

/// Messages as CloudEvents 1.0 on NATS: attributes in header fields, the content as JSON.
struct CloudEventCodec: Sendable {
    /// Why a message cannot be handled, however often it comes.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
        /// What can be told of it.
        let message: Message
    }

    /// What `ce-source` says.
    let source: String
    let subjects: NATSSubjects
    /// The greatest content that is taken, in bytes.
    let maxPayload: Int

    /// Writes a message.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` for a topic that cannot be published to.
    func encode(_ message: Message) throws -> NATSMessage {
        var headers: NATSMessage.Headers = [
            ("Nats-Msg-Id", Self.escaped(message.id)), ("ce-specversion", "1.0"), ("ce-id", Self.escaped(message.id)),
            ("ce-source", Self.escaped(source)), ("ce-type", Self.escaped(message.topic)),
            ("ce-time", message.timestamp.description), ("content-type", "application/json"),
        ]
        if !message.key.isEmpty { headers.append(("ce-partitionkey", Self.escaped(message.key))) }
        if !message.trace.isEmpty {
            let parts = message.trace.split(separator: " ", maxSplits: 1)
            headers.append(("traceparent", String(parts[0])))
            if parts.count > 1 { headers.append(("tracestate", Self.escaped(String(parts[1]), keepingSpaces: true))) }
        }
        return NATSMessage(
            subject: try subjects.subject(ofTopic: message.topic), headers: headers, body: message.payload.jsonBytes())
    }

    /// Reads a message, also one of a publisher that knows nothing of CloudEvents.
    ///
    /// - Parameters:
    ///   - message: As it came.
    ///   - receipt: What JetStream says about it; `nil` for a message of core NATS.
    ///   - now: The time of a message that tells none.
    /// - Throws: ``Unreadable``.
    func decode(_ message: NATSMessage, _ receipt: DeliveryReceipt?, now: Timestamp) throws -> Message {
        func value(_ name: String) -> String? { message.header(name).map(Self.unescaped) }
        let stored = receipt.map { Timestamp(nanoseconds: $0.storedAt) }
        let state = message.header("tracestate").map { " " + Self.unescaped($0) } ?? ""
        var result = Message(
            id: value("ce-id") ?? value("nats-msg-id") ?? receipt.map { "\($0.sequence)" }
                ?? "\(message.subject)-\(now.nanoseconds)",
            topic: subjects.topic(of: message.subject), payload: .null, key: value("ce-partitionkey") ?? "",
            timestamp: message.header("ce-time").flatMap { Timestamp(rfc3339: $0) } ?? stored ?? now,
            deliveryAttempt: receipt?.deliveries ?? 1,
            trace: message.header("traceparent").map { $0 + state } ?? "")
        guard message.body.count <= maxPayload else {
            throw Unreadable(
                description: "The message has \(message.body.count) bytes, more than the \(maxPayload) of maxPayload.",
                message: result)
        }
        do {
            result.payload = message.body.isEmpty ? .null : try JSONValue(parsing: message.body)
        } catch {
            let text = String(decoding: message.body.prefix(10_000), as: UTF8.self)
            result.payload = .string(text)
            throw Unreadable(description: "The message is not JSON: \(error)", message: result)
        }
        if message.header("content-type")?.hasPrefix("application/cloudevents") == true { Self.unpack(&result) }
        return result
    }

    /// Takes the content out of an event that carries its attributes beside it.
    private static func unpack(_ message: inout Message) {
        let event = message.payload
        if let id = event["id"]?.stringValue { message.id = id }
        if let time = (event["time"]?.stringValue).flatMap(Timestamp.init(rfc3339:)) { message.timestamp = time }
        if let key = event["partitionkey"]?.stringValue { message.key = key }
        if let parent = event["traceparent"]?.stringValue {
            message.trace = parent + ((event["tracestate"]?.stringValue).map { " " + $0 } ?? "")
        }
        message.payload = event["data"] ?? .null
    }

    /// Writes a value as header fields of CloudEvents have it: percent signs before the bytes of everything that is not
    /// printable ASCII, and of space, quotation mark and percent sign.
    static func escaped(_ text: String, keepingSpaces: Bool = false) -> String {
        func isPlain(_ byte: UInt8) -> Bool {
            (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "%")
                || (keepingSpaces && byte == UInt8(ascii: " "))
        }
        if text.utf8.allSatisfy(isPlain) { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isPlain(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads what ``escaped(_:keepingSpaces:)`` wrote; a percent sign without two digits stays.
    static func unescaped(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "%")) else { return text }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let byte = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                result.append(byte)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
#endif
