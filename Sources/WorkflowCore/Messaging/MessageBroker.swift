/// Carries messages from publishers to subscribers.
///
/// Promises: every message is delivered at least once to each subscription that matched when it was published; messages
/// with the same key reach a subscription in order; a slow or failing subscriber neither blocks nor fails the publisher
/// nor other subscribers, except that publishing waits when a subscriber's queue is full (back-pressure).
public protocol MessageBroker: Sendable {
    /// Whether somebody listens to the topic, as far as the broker can know; when `false`, publishing has no effect.
    func hasSubscribers(for topic: String) -> Bool

    /// Hands a message to the broker.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - settled: Called once, when the broker has taken over the responsibility for the message: a durable broker
    ///     after its acknowledgement, the in-memory broker after all subscribers have handled it or given it up. What
    ///     keeps the message safe until then (the outbox) may forget it now.
    /// - Throws: ``WorkflowError`` `.unavailable` when the broker cannot take the message; `settled` is not called then.
    func publish(_ message: Message, settled: @escaping @Sendable () -> Void) async throws

    /// Subscribes a handler.
    ///
    /// - Parameters:
    ///   - pattern: A topic; `*` stands for one segment, `>` or a final `*` for one or more final segments.
    ///   - name: A stable name for metrics, dead letters and durable positions.
    ///   - handler: Who gets the messages.
    /// - Returns: The subscription; it ends when ``Subscription/cancel()`` is called.
    /// - Throws: ``WorkflowError`` `.invalidInput` for a malformed pattern, `.unavailable`.
    func subscribe(to pattern: TopicPattern, name: String, handler: any MessageHandler) async throws -> any Subscription

    /// Proves that the broker can be reached.
    func checkHealth() async throws

    /// Says that the subscriptions which end from now on have successors, so that topics keep counting as subscribed to.
    func retainQueues()
}

extension MessageBroker {
    public func retainQueues() {}

    /// Hands a message to the broker without waiting for its settlement.
    public func publish(_ message: Message) async throws {
        try await publish(message, settled: {})
    }
}

/// A subscription to a broker.
public protocol Subscription: Sendable {
    /// Ends the subscription: no new messages are delivered; returns after the one being handled is done.
    func cancel() async
}
