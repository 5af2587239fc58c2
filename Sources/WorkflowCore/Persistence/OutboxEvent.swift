/// An event that is committed with the change it tells of, and delivered to the brokers afterwards, at least once.
public struct OutboxEvent: Sendable, Hashable {
    /// The stable identifier; consumers recognise a repeated delivery by it.
    public var id: String
    /// The broker (module name) to publish to.
    public var broker: String
    /// The topic.
    public var topic: String
    /// The payload.
    public var payload: JSONValue
    /// Events with the same key are delivered in order; usually the instance or resource.
    public var key: String
    /// When it happened.
    public var createdAt: Timestamp
    /// The trace that it belongs to, see ``Traces``; empty for none.
    public var trace: String

    /// Creates an event.
    public init(
        id: String, broker: String, topic: String, payload: JSONValue, key: String, createdAt: Timestamp,
        trace: String = ""
    ) {
        self.id = id
        self.broker = broker
        self.topic = topic
        self.payload = payload
        self.key = key
        self.createdAt = createdAt
        self.trace = trace
    }
}
