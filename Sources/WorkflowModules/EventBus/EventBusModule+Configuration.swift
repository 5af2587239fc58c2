public import WorkflowCore

extension EventBusModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the bus is for.
        public var description = ""
        /// What carries the messages.
        public var provider = Self.memory
        /// Where the server of the provider is.
        public var url = ""
        /// What is carried; empty for everything.
        public var topics: [String] = []
        /// How many messages of one subscription may wait.
        public var maxEventQueueSize = 1000
        /// Accepted, without effect.
        public var defaultEventBufferSize = 10
        /// How many messages of one subscription are handled at once.
        public var workerCount = 5
        /// How long messages may wait; `nil` for as long as it takes.
        public var eventTTL: Duration?
        /// How long dead letters are kept, in days.
        public var retentionDays = 7
        /// How often a message is delivered.
        public var maxDeliveries = 5
        /// The longest wait after the first failed delivery.
        public var retryBackoff: Duration = .milliseconds(100)
        /// The longest wait after any failed delivery.
        public var retryLimit: Duration = .seconds(30)

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the bus is for, in words."),
            .init(
                "provider", \.provider,
                "What carries the messages: `memory`, this process; `nats`, `kafka` or `redis`, a server and with it other processes.",
                aliases: ["engine"], check: { providerProblem($0) }),
            .init("url", \.url, "Where the server of the provider is; `memory` has none."),
            .init(
                "topics", \.topics,
                "What the bus carries: topics, or patterns such as `order.*`; without them everything. Messages on other topics are left to the other brokers.",
                check: { topics in topics.lazy.compactMap { TopicPattern.problem($0) }.first }),
            .init(
                "maxEventQueueSize", \.maxEventQueueSize,
                "How many messages of one subscription may wait before publishing waits.",
                aliases: ["max_event_queue_size", "capacity"], schema: .integer(minimum: 1, maximum: 1_000_000)),
            .init(
                "defaultEventBufferSize", \.defaultEventBufferSize,
                "Accepted for older files; has no effect, since queues take memory for what waits in them only.",
                aliases: ["default_event_buffer_size"], schema: .integer(minimum: 0, maximum: 1_000_000)),
            .init(
                "workerCount", \.workerCount,
                "How many messages of one subscription are handled at once; messages with the same key go one after the other.",
                aliases: ["worker_count", "concurrency"], schema: .integer(minimum: 1, maximum: 1000)),
            .init(
                "eventTTL", \.eventTTL,
                "How long a message may wait, from when it was published; older ones become dead letters. Without it they wait as long as it takes.",
                aliases: ["event_ttl", "eventTtl"], check: { $0 == .zero ? "must be more than 0" : nil }),
            .init(
                "retentionDays", \.retentionDays, "How many days messages are kept whose handler has failed for good.",
                aliases: ["retention_days"], schema: .integer(minimum: 1, maximum: 3650)),
            .init(
                "maxDeliveries", \.maxDeliveries,
                "How often a message is delivered whose handler fails, before it becomes a dead letter.",
                aliases: ["max_deliveries"], schema: .integer(minimum: 1, maximum: 1000)),
            .init(
                "retryBackoff", \.retryBackoff,
                "The longest wait after the first failed delivery; doubles with each further one.",
                aliases: ["retry_backoff"]),
            .init(
                "retryLimit", \.retryLimit, "The longest wait after any failed delivery.", aliases: ["retry_limit"]),
        ]

        /// Creates the defaults.
        public init() {}

        private static func providerProblem(_ provider: String) -> String? {
            switch provider {
            case memory, "nats", "kafka", "redis": nil
            default: "there is no provider \"\(provider)\"; use memory, nats, kafka or redis"
            }
        }

        static let memory = "memory"

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard provider == Self.memory, !url.isEmpty else { return }
            decoder.fail(
                node["url"] ?? node, "the provider memory has no server", suggestion: "remove the url")
        }

        var broker: InMemoryMessageBroker.Configuration {
            InMemoryMessageBroker.Configuration(
                subscription: InMemoryMessageBroker.SubscriptionOptions(
                    capacity: maxEventQueueSize, concurrency: workerCount, maxDeliveries: maxDeliveries,
                    backoff: Backoff(base: retryBackoff, limit: retryLimit)),
                deadLetterRetention: .seconds(retentionDays * 86_400))
        }
    }
}
