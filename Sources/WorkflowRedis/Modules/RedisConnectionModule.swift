#if Redis
public import WorkflowCore

/// `redis.connection`: a Redis server that other modules use.
public final class RedisConnectionModule: WorkflowModule, RateLimitStore, TokenRevocations {
    /// The keys of the module.
    public struct Configuration: ConfigurationObject {
        /// Where the server is.
        public var url = SecretString("")
        /// What the names of all keys begin with.
        public var prefix = "wf:"
        /// How long a connection may take.
        public var connectTimeout: Duration = .seconds(2)
        /// How long a command may take.
        public var timeout: Duration = .seconds(1)

        /// The keys.
        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "url", \.url, "The server: `redis://user:password@host:6379/0`, or `host:port`.", required: true,
                secret: true, aliases: ["address"], check: RedisConfiguration.problem),
            .init("prefix", \.prefix, "What the names of all keys in Redis begin with."),
            .init(
                "connectTimeout", \.connectTimeout, "How long a connection may take to be ready.",
                check: RedisConfiguration.timeoutProblem),
            .init(
                "timeout", \.timeout, "How long a command may take; afterwards Redis counts as away.",
                aliases: ["commandTimeout"], check: RedisConfiguration.timeoutProblem),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// What the module type is.
    public static let descriptor = ModuleDescriptor(
        type: "redis.connection", summary: "A Redis server that other modules use.",
        details: """
            Name it in `store` of `http.middleware.ratelimit`, so that all processes count together, in `revocations` \
            of `auth.jwt`, so that all of them refuse a token that was logged out, and in `connection` of \
            `cache.redis`. \
            Modules and generations that name the same server share one connection.

            The application also starts without the server: the health is degraded, and the connection is made as soon \
            as the server is there. Limits and caches go on without it; tokens whose revocations it keeps cannot be \
            checked, which is answered with 503. TLS (`rediss://`) is not supported. Needs Redis 5 \
            or later, or something that is compatible, without cluster mode.
            """,
        provides: [.redis, .rateLimitStore, .tokenRevocations],
        examples: [
            .init(
                "Rate limits that all processes share",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: redis
                        type: redis.connection
                        config: {url: "redis://127.0.0.1:6379/0"}
                      - name: limit
                        type: http.middleware.ratelimit
                        config: {requestsPerMinute: 300, burstSize: 50, store: redis}
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: GET, path: /hello, handler: hello, middlewares: [limit]}
                    """),
            .init(
                "A logout that counts in all processes",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: redis
                        type: redis.connection
                        config: {url: "redis://127.0.0.1:6379/0"}
                      - name: auth
                        type: auth.jwt
                        config: {secret: "change-me-to-something-long-and-random", revocations: redis}
                      - name: guard
                        type: http.middleware.auth
                        config: {authProvider: auth}
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: POST, path: "/auth/{action}", handler: auth}
                          - {method: GET, path: /hello, handler: hello, middlewares: [guard]}
                    """),
        ])

    let link: RedisLink
    private let context: ModuleContext
    private let buckets: RedisBuckets
    private let revocations: RedisRevocations

    /// Creates the module; it connects when it is prepared.
    ///
    /// - Throws: ``ConfigurationError``.
    public init(configuration: Configuration, context: ModuleContext) throws {
        self.context = context
        link = RedisLink(
            try RedisConfiguration.settings(
                configuration.url, connectTimeout: configuration.connectTimeout, timeout: configuration.timeout,
                context: context), context: context)
        buckets = RedisBuckets(prefix: configuration.prefix)
        revocations = RedisRevocations(prefix: configuration.prefix, clock: context.clock)
    }

    public func validate() throws {
        context.generation.addHealthCheck("redis \(context.name)", RedisHealthCheck(link))
    }

    public func prepare() async throws { try await link.open() }

    public func shutdown() async { await link.close() }

    public func take(_ key: String, interval: Int64, burst: Int) async throws -> RateLimitDecision {
        try await buckets.take(key, interval: interval, burst: burst, on: link.client())
    }

    public func revoke(_ key: String, until end: Timestamp) async throws {
        try await revocations.revoke(key, until: end, on: link.client)
    }

    public func isRevoked(_ key: String) async throws -> Bool {
        try await revocations.isRevoked(key, on: link.client)
    }
}
#endif
