/// A message on a topic.
public struct Message: Sendable, Hashable {
    /// The stable identifier; the same at each delivery of the same message.
    public var id: String
    /// The topic it was published to; segments are separated by dots.
    public var topic: String
    /// The content.
    public var payload: JSONValue
    /// Messages with the same key are delivered in order to each subscriber; those with an empty key need not be.
    public var key: String
    /// When it was published.
    public var timestamp: Timestamp
    /// Which delivery this is, from 1.
    public var deliveryAttempt: Int
    /// The trace that it belongs to, see ``Traces``; empty for none.
    public var trace: String

    /// Creates a message.
    public init(
        id: String, topic: String, payload: JSONValue, key: String = "", timestamp: Timestamp, deliveryAttempt: Int = 1,
        trace: String = ""
    ) {
        self.id = id
        self.topic = topic
        self.payload = payload
        self.key = key
        self.timestamp = timestamp
        self.deliveryAttempt = deliveryAttempt
        self.trace = trace
    }
}

/// Takes messages.
public protocol MessageHandler: Sendable {
    /// Handles one message. May see a message again after a failure or a crash; compare ``Message/id``.
    ///
    /// - Throws: Anything; the broker delivers again, and finally puts the message among the dead letters.
    func handle(_ message: Message) async throws
}
