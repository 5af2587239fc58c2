import HTTPTypes
public import WorkflowCore

extension CacheModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// Where answers are kept.
        public var engine = "memory"
        /// How long an answer is kept that does not say so itself.
        public var defaultTTL: Duration = .seconds(60)
        /// How many answers are kept.
        public var maxItems = 10_000
        /// How much memory they may take.
        public var maxBytes = ByteSize(bytes: 64 << 20)
        /// The header fields of requests that tell answers apart.
        public var vary: [String] = []
        /// Accepted, without effect.
        public var cleanupInterval: Duration = .seconds(60)

        public static let fields: [ConfigurationField<Self>] = [
            .init("engine", \.engine, "Where answers are kept: in memory.", schema: .choice(["memory"])),
            .init(
                "defaultTTL", \.defaultTTL,
                "How long an answer is kept whose `Cache-Control` does not say so.",
                aliases: ["default_ttl", "defaultTtl", "ttl"],
                check: { $0 > .zero && $0 <= .seconds(31_536_000) ? nil : "must be more than 0 and at most a year" }),
            .init(
                "maxItems", \.maxItems, "How many answers are kept.", aliases: ["max_items"],
                schema: .integer(minimum: 1, maximum: 10_000_000)),
            .init(
                "maxBytes", \.maxBytes, "How much memory the answers may take, about.", aliases: ["max_bytes"],
                check: { $0.bytes >= 1024 ? nil : "must be at least 1KB" }),
            .init(
                "vary", \.vary,
                "Header fields of requests that tell answers apart, such as Accept-Language. Answers that depend on others are not kept.",
                check: { names in
                    names.first { HTTPField.Name($0) == nil }.map { "\"\($0)\" is not the name of a header field" }
                }),
            .init(
                "cleanupInterval", \.cleanupInterval,
                "Accepted for earlier configurations; has no effect, since old answers make room for new ones.",
                aliases: ["cleanup_interval"]),
        ]

        /// Creates the defaults.
        public init() {}
    }
}
