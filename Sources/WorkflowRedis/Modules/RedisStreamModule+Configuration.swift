#if Redis
public import WorkflowCore

extension RedisStreamModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the broker is for.
        public var description = ""
        /// Where the server is.
        public var url: SecretString?
        /// The module that knows where the server is.
        public var connection: String?
        /// What stands before the names of all keys.
        public var prefix = "workflow"
        /// Who shares messages.
        public var group = "workflow"
        /// What is carried; empty for everything.
        public var topics: [String] = []
        /// Where events come from.
        public var source = ""
        /// How long connecting may take.
        public var connectTimeout: Duration = .seconds(2)
        /// How long an answer may take.
        public var requestTimeout: Duration = .seconds(5)
        /// How many messages of a topic are kept.
        public var maxLength = 1_000_000
        /// How long messages are kept.
        public var maxAge: Duration = .seconds(7 * 86_400)
        /// How long duplicates are left out.
        public var duplicateWindow: Duration = .seconds(600)
        /// Where new subscriptions begin.
        public var deliver = "new"
        /// How long to wait for a sign of life.
        public var ackWait: Duration = .seconds(30)
        /// How often a message is delivered.
        public var maxDeliver = 5
        /// The longest wait after the first failed delivery.
        public var retryBackoff: Duration = .milliseconds(100)
        /// The longest wait after any failed delivery.
        public var retryLimit: Duration = .seconds(30)
        /// How many messages of one subscription are here at once.
        public var prefetch = 64
        /// How many messages of one subscription are handled at once.
        public var concurrency = 1
        /// The greatest content.
        public var maxPayload = 8 << 20
        /// How long dead letters are kept.
        public var deadLetterRetention: Duration = .seconds(30 * 86_400)

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            if url != nil, connection != nil {
                decoder.fail(node, "\"url\" and \"connection\" exclude each other", suggestion: "keep one of them")
            } else if url == nil, connection == nil, ["url", "address", "server"].allSatisfy({ node[$0] == nil }) {
                decoder.fail(
                    node, "missing key \"url\"",
                    suggestion: "url: redis://host:6379/0, or connection: a redis.connection")
            }
        }
    }
}
#endif
