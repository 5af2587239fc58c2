extension InMemoryMessageBroker {
    /// Bounds and retries of a subscription.
    public struct SubscriptionOptions: Sendable, Hashable {
        /// How many messages may wait or be in hand before publishing waits.
        public var capacity: Int
        /// How many messages are handled at the same time; messages with the same key still go one after the other.
        public var concurrency: Int
        /// How often a message is delivered before it becomes a dead letter.
        public var maxDeliveries: Int
        /// The time between deliveries of the same message.
        public var backoff: Backoff

        /// Creates options.
        public init(
            capacity: Int = 1000, concurrency: Int = 1, maxDeliveries: Int = 5, backoff: Backoff = Backoff()
        ) {
            self.capacity = capacity
            self.concurrency = concurrency
            self.maxDeliveries = maxDeliveries
            self.backoff = backoff
        }
    }

    /// Bounds and retries of a broker.
    public struct Configuration: Sendable, Hashable {
        /// What subscriptions get that have no options of their own.
        public var subscription: SubscriptionOptions
        /// How long dead letters are kept.
        public var deadLetterRetention: Duration

        /// Creates a configuration.
        public init(
            subscription: SubscriptionOptions = SubscriptionOptions(),
            deadLetterRetention: Duration = .seconds(30 * 86_400)
        ) {
            self.subscription = subscription
            self.deadLetterRetention = deadLetterRetention
        }
    }
}
