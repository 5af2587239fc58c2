#if Redis
import HTTPTypes
public import WorkflowCore

extension RedisCacheModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// Where the server is.
        public var url: SecretString?
        /// The module that has the connection.
        public var connection: String?
        /// What the names of all keys begin with.
        public var prefix = "wf:"
        /// How long a command may take.
        public var timeout: Duration = .seconds(1)
        /// How long an answer is kept that does not say so itself.
        public var defaultTTL: Duration = .seconds(60)
        /// How large a kept answer may be.
        public var maxAnswerBytes = ByteSize(bytes: 1 << 20)
        /// How long to wait for an answer that another process is about to have.
        public var lockTimeout: Duration = .seconds(10)
        /// The header fields of requests that tell answers apart.
        public var vary: [String] = []
        /// Accepted, without effect.
        public var maxItems = 0
        /// Accepted, without effect.
        public var maxBytes = ByteSize(bytes: 0)
        /// Accepted, without effect.
        public var cleanupInterval: Duration = .seconds(60)

        /// The keys.
        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "url", \.url,
                "The server: `redis://user:password@host:6379/0`, or `host:port`. Needed without `connection`.",
                secret: true, aliases: ["address"], check: { $0.flatMap(RedisConfiguration.problem) }),
            .init("connection", \.connection, "A `redis.connection` module, instead of `url`.", reference: .redis),
            .init("prefix", \.prefix, "What the names of all keys in Redis begin with."),
            .init(
                "timeout", \.timeout, "How long a command may take; with `connection` that of the connection counts.",
                check: RedisConfiguration.timeoutProblem),
            .init(
                "defaultTTL", \.defaultTTL,
                "How long an answer is kept whose `Cache-Control` does not say so.",
                aliases: ["default_ttl", "defaultTtl", "ttl"],
                check: { $0 > .zero && $0 <= .seconds(31_536_000) ? nil : "must be more than 0 and at most a year" }),
            .init(
                "maxAnswerBytes", \.maxAnswerBytes, "How large an answer may be that is kept.",
                check: {
                    $0.bytes >= 1024 && $0.bytes <= 64 << 20 ? nil : "must be at least 1KB and at most 64MB"
                }),
            .init(
                "lockTimeout", \.lockTimeout,
                "How long a request waits for the answer that an equal request of another process is about to have.",
                check: {
                    $0 >= .milliseconds(10) && $0 <= .seconds(300) ? nil : "must be at least 10ms and at most 5m"
                }),
            .init(
                "vary", \.vary,
                "Header fields of requests that tell answers apart, such as Accept-Language. "
                    + "Answers that depend on others are not kept.",
                check: { names in
                    names.first { HTTPField.Name($0) == nil }.map { "\"\($0)\" is not the name of a header field" }
                }),
            .init(
                "maxItems", \.maxItems, "Accepted as in cache.modular; Redis bounds itself, by its `maxmemory`.",
                aliases: ["max_items"]),
            .init(
                "maxBytes", \.maxBytes, "Accepted as in cache.modular; Redis bounds itself, by its `maxmemory`.",
                aliases: ["max_bytes"]),
            .init(
                "cleanupInterval", \.cleanupInterval, "Accepted as in cache.modular; has no effect.",
                aliases: ["cleanup_interval"]),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            if url != nil, connection != nil {
                decoder.fail(node, "\"url\" and \"connection\" exclude each other", suggestion: "keep one of them")
            } else if url == nil, connection == nil, node["url"] == nil, node["address"] == nil {
                decoder.fail(
                    node, "missing key \"url\"",
                    suggestion: "url: redis://host:6379/0, or connection: a redis.connection")
            }
        }
    }
}
#endif
