package import WorkflowCore

/// How a protocol carries messages as CloudEvents 1.0: attributes in header fields, the content as JSON. Structured
/// events, whose attributes are in the content, are read as well, and plain JSON of programs that know nothing of them.
package struct CloudEventFormat: Sendable, Hashable {
    /// Why a message cannot be handled, however often it comes.
    package struct Unreadable: Error, CustomStringConvertible {
        package let description: String
        /// What can be told of it.
        package let message: Message
    }

    /// Header fields in their order.
    package typealias Headers = [(name: String, value: String)]

    /// What stands before the names of attributes, such as `ce-`.
    private let prefix: String
    /// Whether values are percent-encoded.
    private let isEscaped: Bool

    /// Header fields of HTTP and NATS.
    package static let dashes = CloudEventFormat(prefix: "ce-", isEscaped: true)
    /// Header fields of Kafka, which take any text.
    package static let underscores = CloudEventFormat(prefix: "ce_", isEscaped: false)

    /// The header fields of a message.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - source: Where it comes from.
    package func headers(of message: Message, source: String) -> Headers {
        var headers: Headers = [
            (prefix + "specversion", "1.0"), (prefix + "id", written(message.id)), (prefix + "source", written(source)),
            (prefix + "type", written(message.topic)), (prefix + "time", message.timestamp.description),
            ("content-type", "application/json"),
        ]
        if !message.key.isEmpty { headers.append((prefix + "partitionkey", written(message.key))) }
        let trace = EventHops.split(message.trace).trace
        if !trace.isEmpty {
            let parts = trace.split(separator: " ", maxSplits: 1)
            headers.append(("traceparent", String(parts[0])))
            if parts.count > 1 { headers.append(("tracestate", written(String(parts[1]), keepingSpaces: true))) }
        }
        return headers
    }

    /// Reads a message.
    ///
    /// - Parameters:
    ///   - body: The content.
    ///   - plain: What is known of it without header fields; they win, except over the topic.
    ///   - maxPayload: The greatest content that is taken, in bytes.
    ///   - header: The value of a header field, by its name in lower case.
    /// - Throws: ``Unreadable``.
    package func message(
        _ body: [UInt8], plain: Message, maxPayload: Int, header: (String) -> String?
    ) throws -> Message {
        var result = plain
        if let id = header(prefix + "id").map(read) { result.id = id }
        if let key = header(prefix + "partitionkey").map(read) { result.key = key }
        if let time = header(prefix + "time").flatMap(Timestamp.init(rfc3339:)) { result.timestamp = time }
        if let parent = header("traceparent") {
            result.trace = parent + (header("tracestate").map { " " + read($0) } ?? "")
        }
        guard body.count <= maxPayload else {
            throw Unreadable(
                description: "The message has \(body.count) bytes, more than the \(maxPayload) of maxPayload.",
                message: result)
        }
        do {
            result.payload = body.isEmpty ? .null : try JSONValue(parsing: body)
        } catch {
            result.payload = .string(String(decoding: body.prefix(10_000), as: UTF8.self))
            throw Unreadable(description: "The message is not JSON: \(error)", message: result)
        }
        if header("content-type")?.hasPrefix("application/cloudevents") == true { Self.unpack(&result) }
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

    private func written(_ text: String, keepingSpaces: Bool = false) -> String {
        isEscaped ? CloudEventText.escaped(text, keepingSpaces: keepingSpaces) : text
    }

    private func read(_ text: String) -> String { isEscaped ? CloudEventText.unescaped(text) : text }
}
