package import WorkflowCore

/// A message of a server on its way to a handler.
package struct Delivery<Receipt: Sendable>: Sendable {
    /// The message.
    package var message: Message
    /// What the server wants back; `nil` for a message that it wants no answer to.
    package var receipt: Receipt?
    /// The dead letter that it is.
    package var letter: String?
    /// Why it cannot be handled at all.
    package var problem: String?

    /// Creates a delivery.
    package init(message: Message, receipt: Receipt? = nil, letter: String? = nil, problem: String? = nil) {
        self.message = message
        self.receipt = receipt
        self.letter = letter
        self.problem = problem
    }
}

/// What became of a delivery.
package enum DeliveryOutcome: Sendable, Hashable {
    /// It has been handled.
    case done
    /// It must not be delivered again: it is a dead letter.
    case never
    /// It is to be delivered again, perhaps elsewhere, after a time.
    case again(after: Duration)
}

/// Bounds and retries of a subscription.
package struct DeliveryOptions: Sendable, Hashable {
    /// How many messages are here at once, those in hand included.
    package var prefetch: Int
    /// How many messages are handled at once.
    package var concurrency: Int
    /// How often a message is delivered before it becomes a dead letter.
    package var maxDeliveries: Int
    /// The time between deliveries of the same message.
    package var backoff: Backoff
    /// The greatest content that is taken, in bytes.
    package var maxPayload: Int

    /// Creates options.
    package init(
        prefetch: Int = 64, concurrency: Int = 1, maxDeliveries: Int = 5, backoff: Backoff = Backoff(),
        maxPayload: Int = 8 << 20
    ) {
        self.prefetch = prefetch
        self.concurrency = concurrency
        self.maxDeliveries = maxDeliveries
        self.backoff = backoff
        self.maxPayload = maxPayload
    }
}
