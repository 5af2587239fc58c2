extension OutboxDispatcher {
    /// Bounds and times of a dispatcher.
    public struct Configuration: Sendable, Hashable {
        /// How many events may wait in memory; what comes beyond is read from the store later.
        public var capacity: Int
        /// How many events are read from the store at a time.
        public var pageSize: Int
        /// How many events are handed to a broker at the same time; those of one key go one after the other.
        public var concurrency: Int
        /// How many delivered events are removed from the store in one transaction.
        public var removalBatch: Int
        /// How long a delivered event may wait for others to be removed with.
        public var removalDelay: Duration
        /// The time between attempts when a broker or the store cannot be reached.
        public var backoff: Backoff

        /// Creates a configuration.
        public init(
            capacity: Int = 10_000, pageSize: Int = 500, concurrency: Int = 8, removalBatch: Int = 256,
            removalDelay: Duration = .milliseconds(50), backoff: Backoff = Backoff()
        ) {
            self.capacity = capacity
            self.pageSize = pageSize
            self.concurrency = concurrency
            self.removalBatch = removalBatch
            self.removalDelay = removalDelay
            self.backoff = backoff
        }
    }
}
