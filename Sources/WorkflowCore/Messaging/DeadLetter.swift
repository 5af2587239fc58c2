/// A message that a subscription could not handle, with the reason.
public struct DeadLetter: Sendable, Hashable {
    /// The identifier of the letter; later ones sort later.
    public let id: String
    /// The message as it was delivered last.
    public let message: Message
    /// The name of the subscription that gave up.
    public let subscription: String
    /// The text of the last error.
    public let error: String
    /// When the last attempt failed.
    public let failedAt: Timestamp

    /// How often the message was delivered.
    public var attempts: Int { message.deliveryAttempt }

    init(id: String, message: Message, subscription: String, error: String, failedAt: Timestamp) {
        self.id = id
        self.message = message
        self.subscription = subscription
        self.error = error
        self.failedAt = failedAt
    }

    /// The letter as JSON, as it is stored and shown.
    public var json: JSONValue {
        [
            "id": .string(id), "subscription": .string(subscription), "error": .string(error),
            "attempts": .integer(Int64(attempts)), "failedAt": .string(failedAt.description),
            "message": [
                "id": .string(message.id), "topic": .string(message.topic), "key": .string(message.key),
                "timestamp": .string(message.timestamp.description), "trace": .string(message.trace),
                "payload": message.payload,
            ],
        ]
    }

    /// Reads what ``json`` wrote; `nil` for anything else.
    init?(_ json: JSONValue) {
        guard let id = json["id"]?.stringValue, let subscription = json["subscription"]?.stringValue,
            let failedAt = (json["failedAt"]?.stringValue).flatMap(Timestamp.init(rfc3339:)),
            let message = json["message"], let messageID = message["id"]?.stringValue,
            let topic = message["topic"]?.stringValue,
            let timestamp = (message["timestamp"]?.stringValue).flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(
            id: id,
            message: Message(
                id: messageID, topic: topic, payload: message["payload"] ?? .null,
                key: message["key"]?.stringValue ?? "", timestamp: timestamp,
                deliveryAttempt: json["attempts"]?.intValue ?? 1, trace: message["trace"]?.stringValue ?? ""),
            subscription: subscription, error: json["error"]?.stringValue ?? "", failedAt: failedAt)
    }
}

/// Keeps messages that could not be handled, for people to look at and to deliver again.
public protocol DeadLetterKeeping: Sendable {
    /// Returns dead letters, oldest first.
    ///
    /// - Parameter limit: The greatest number of letters.
    /// - Throws: ``StoreError``.
    func deadLetters(limit: Int) async throws -> [DeadLetter]

    /// Delivers a dead letter again to the subscription that gave up, with all attempts. The letter is kept until it has
    /// been handled.
    ///
    /// - Throws: ``WorkflowError`` `.notFound` when there is no such letter, or nobody subscribes under the name any
    ///   more; `.conflict` when it is being delivered; ``StoreError``.
    func redriveDeadLetter(id: String) async throws

    /// Forgets a dead letter.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: ``StoreError``.
    @discardableResult
    func discardDeadLetter(id: String) async throws -> Bool
}
