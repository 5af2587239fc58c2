public import WorkflowCore

extension ReverseProxyModule {
    /// When requests are kept away from a target.
    public struct CircuitBreakerSettings: ConfigurationObject {
        /// Whether they ever are.
        public var enabled = false
        /// After how many failures one after the other.
        public var failureThreshold = 5
        /// For how long.
        public var openTimeout: Duration = .seconds(30)
        /// How many requests must succeed after that.
        public var successThreshold = 1

        public static let fields: [ConfigurationField<Self>] = [
            .init("enabled", \.enabled, "Whether requests are ever kept away."),
            .init(
                "failureThreshold", \.failureThreshold,
                "After how many failures one after the other: no proper answer, a timeout, or status 502, 503 or 504.",
                aliases: ["failure_threshold"], schema: .integer(minimum: 1, maximum: 1_000_000)),
            .init(
                "openTimeout", \.openTimeout, "For how long they are kept away.",
                aliases: ["open_timeout", "resetTimeout", "reset_timeout"], check: Configuration.timeProblem),
            .init(
                "successThreshold", \.successThreshold,
                "How many requests must succeed after that; so many are let through at a time.",
                aliases: ["success_threshold", "halfOpenRequests", "half_open_requests"],
                schema: .integer(minimum: 1, maximum: 1000)),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }

    /// How it is found out which targets work.
    public struct HealthCheckSettings: ConfigurationObject {
        /// Whether they are asked at all.
        public var enabled = false
        /// How often.
        public var interval: Duration = .seconds(10)
        /// How long an answer may take.
        public var timeout: Duration = .seconds(2)
        /// The path that is asked for.
        public var path = "/"
        /// The paths of single backends.
        public var endpoints = NamedEntries<String>()
        /// The statuses of a good answer.
        public var expectedStatusCodes: [Int] = []
        /// How many good answers make a target healthy again.
        public var healthyThreshold = 1
        /// How many bad answers make it unhealthy.
        public var unhealthyThreshold = 3

        public static let fields: [ConfigurationField<Self>] = [
            .init("enabled", \.enabled, "Whether targets are asked at all."),
            .init("interval", \.interval, "How often each target is asked.", check: Configuration.timeProblem),
            .init("timeout", \.timeout, "How long an answer may take.", check: Configuration.timeProblem),
            .init(
                "path", \.path, "The path that is asked for with GET.", aliases: ["endpoint"], check: pathProblem),
            .init(
                "endpoints", \.endpoints, "The paths of backends that have another one, by their identifiers.",
                aliases: ["healthEndpoints", "health_endpoints"],
                check: { $0.entries.lazy.compactMap { pathProblem($0.value) }.first }),
            .init(
                "expectedStatusCodes", \.expectedStatusCodes, "The statuses of a good answer; 200 to 399 by default.",
                aliases: ["expected_status_codes"]),
            .init(
                "healthyThreshold", \.healthyThreshold,
                "How many good answers one after the other make a target healthy again.",
                aliases: ["healthy_threshold"], schema: .integer(minimum: 1, maximum: 1000)),
            .init(
                "unhealthyThreshold", \.unhealthyThreshold,
                "How many bad answers one after the other make it unhealthy.",
                aliases: ["unhealthy_threshold"], schema: .integer(minimum: 1, maximum: 1000)),
        ]

        /// Creates the value with all defaults.
        public init() {}

        private static let pathProblem: @Sendable (String) -> String? = { path in
            path.hasPrefix("/") && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
                ? nil : "\"\(path)\" is not a path; it begins with / and has no blanks"
        }
    }
}
