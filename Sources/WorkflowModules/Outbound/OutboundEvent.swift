import WorkflowCore

/// What a module is to send: a message, the call of a step or the input of a component.
struct OutboundEvent: Sendable {
    /// The same however often the event comes.
    let id: String
    /// The topic of the message; of a step `<definition>.<transition>`; empty for a component.
    let topic: String
    /// The content.
    let payload: JSONValue

    init(id: String, topic: String, payload: JSONValue) {
        self.id = id
        self.topic = topic
        self.payload = payload
    }

    init(_ message: Message) {
        self.init(id: message.id, topic: message.topic, payload: message.payload)
    }

    init(_ invocation: StepInvocation) {
        self.init(
            id: invocation.idempotencyKey, topic: "\(invocation.workflowType).\(invocation.transition)",
            payload: .object(invocation.input))
    }

    init(input: JSONValue, identifiers: any IdentifierGenerator) {
        self.init(id: input["idempotencyKey"]?.stringValue ?? identifiers.next(), topic: "", payload: input)
    }

    /// What templates can name: `data`, `event` and the keys of the data.
    func scope(_ payload: JSONValue? = nil) -> ExpressionScope {
        let data = payload ?? self.payload
        return ExpressionScope(
            roots: ["data": data, "event": ["id": .string(id), "topic": .string(topic)]],
            data: data.objectValue ?? [:])
    }

    /// The identifier as the value of a header field.
    var headerID: String { PercentEncoding.encode(id, except: { (0x21...0x7E).contains($0) }) }
}

/// Percent-encoding (RFC 3986, section 2.1).
enum PercentEncoding {
    /// Encodes the bytes of a text.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - isKept: Whether a byte stays as it is.
    static func encode(_ text: String, except isKept: (UInt8) -> Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isKept(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
