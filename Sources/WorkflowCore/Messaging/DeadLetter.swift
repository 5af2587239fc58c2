/// A message that a subscription could not handle, with the reason.
public struct DeadLetter: Sendable, Hashable {
    /// The identifier of the letter in its broker.
    public let id: Int
    /// The message as it was delivered last.
    public let message: Message
    /// The name of the subscription that gave up.
    public let subscription: String
    /// The text of the last error.
    public let error: String
    /// How often the message was delivered.
    public let attempts: Int
    /// When the last attempt failed.
    public let failedAt: Timestamp
}
