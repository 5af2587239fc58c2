import HTTPTypes
import Logging
import Synchronization
public import WorkflowCore

/// `http.middleware.ratelimit`: lets each client make only so many requests.
public final class RateLimitMiddleware: WorkflowModule, HTTPMiddleware {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject {
        /// How many requests a client may make in a minute.
        public var requestsPerMinute = 60.0
        /// How many requests a client may make at once.
        public var burstSize = 10
        /// What tells clients apart.
        public var key = "ip"
        /// Proxies whose `X-Forwarded-For` is believed.
        public var trustedProxies: [String] = []
        /// The module that counts for several processes.
        public var store: String?

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "requestsPerMinute", \.requestsPerMinute,
                "How many requests a client may make in a minute, in the long run.",
                aliases: ["requests_per_minute", "rpm"],
                check: {
                    $0 >= leastRate && $0 <= 60_000_000
                        ? nil : "must be greater than 0, at least one a day (0.0007), and at most 60000000"
                }),
            .init(
                "burstSize", \.burstSize, "How many requests a client may make at once after a pause.",
                aliases: ["burst_size", "burst"], schema: .integer(minimum: 1, maximum: 1_000_000)),
            .init(
                "key", \.key,
                "What tells clients apart: ip, or principal for the user of the token (the address without one).",
                schema: .choice(["ip", "principal"])),
            .init(
                "trustedProxies", \.trustedProxies,
                "Proxies whose X-Forwarded-For tells the client's address: addresses, blocks (10.0.0.0/8), unix for a socket.",
                aliases: ["trusted_proxies"], check: TrustedProxies.problem),
            .init(
                "store", \.store,
                "The module that counts for all processes with the same configuration, such as a redis.connection. "
                    + "Without it each process counts for itself.",
                reference: .rateLimitStore),
        ]

        /// One request a day.
        fileprivate static let leastRate = 1.0 / 1440

        /// Creates the value with all defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard Double(burstSize) / requestsPerMinute > 366 * 1440 else { return }
            decoder.fail(
                node["burstSize"] ?? node, "a bucket of \(burstSize) requests would need more than a year to fill",
                suggestion: "lower burstSize or raise requestsPerMinute")
        }
    }

    public static let descriptor = ModuleDescriptor(
        type: "http.middleware.ratelimit", summary: "Lets each client make only so many requests.",
        details: """
            Each client has a bucket of `burstSize` requests that refills at `requestsPerMinute`. Every answer carries \
            `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds until the bucket is full); a request \
            too many gets 429 with `Retry-After`.

            Clients are told apart by the address of the connection, IPv6 by its /64 network. Behind a proxy, name it in \
            `trustedProxies` of the server or here, or all its clients share one bucket. With `key: principal` put it after the middleware \
            that checks tokens.

            The buckets survive a reload of the configuration. About 130000 clients are remembered; those whose bucket \
            is full are forgotten first.

            **Several processes.** With `store: redis`, the name of a `redis.connection`, a client has one bucket \
            whichever process it asks; the time is that of the Redis server. While Redis is away each process counts \
            for itself, with the same numbers; the log says so once, and the health of the connection is degraded.
            """,
        provides: [.httpMiddleware],
        examples: [
            .init(
                "Five requests a second, up to 50 at once",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: rate-limiter
                        type: http.middleware.ratelimit
                        config: {requestsPerMinute: 300, burstSize: 50}
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: GET, path: /hello, handler: hello, middlewares: [rate-limiter]}
                    """)
        ])

    private let interval: Int64
    private let burst: Int
    private let limitField: HTTPField
    private let usesPrincipal: Bool
    private let proxies: TrustedProxies
    private let clock: any EngineClock
    private let resources: SharedResourcePool
    private let resourceKey: String
    private let buckets = AtomicLazyReference<RateLimitBuckets>()
    private let isAcquired = Atomic<Bool>(false)
    private let shared: RateLimitSharing?

    public init(configuration: Configuration, context: ModuleContext) throws {
        // Within bounds also for a value that no configuration was checked for.
        interval = max(1, Int64(60_000_000_000 / max(Configuration.leastRate, configuration.requestsPerMinute)))
        burst = configuration.burstSize
        limitField = HTTPField(name: .rateLimitLimit, value: String(configuration.burstSize))
        usesPrincipal = configuration.key == "principal"
        proxies = TrustedProxies(configuration.trustedProxies)
        clock = context.clock
        resources = context.environment.resources
        resourceKey = "rate limit \(context.name)"
        shared = try configuration.store.map { name in
            RateLimitSharing(
                store: try context.services.require(
                    (any RateLimitStore).self, kind: .rateLimitStore, named: name),
                name: context.name, logger: context.logger)
        }
    }

    public func prepare() async throws {
        let shared = try resources.acquire(resourceKey, make: { RateLimitBuckets() }, close: { _ in })
        isAcquired.store(true, ordering: .relaxed)
        _ = buckets.storeIfNil(shared)
    }

    public func shutdown() async {
        guard isAcquired.exchange(false, ordering: .relaxed) else { return }
        await resources.release(resourceKey)
    }

    public func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        let client = client(of: request)
        let decision: RateLimitDecision
        if let shared, let counted = try await shared.take(client, interval: interval, burst: burst) {
            decision = counted
        } else {
            let buckets = buckets.load() ?? buckets.storeIfNil(RateLimitBuckets())
            decision = buckets.take(client, now: clock.now.nanoseconds, interval: interval, burst: burst)
        }
        let seconds = (decision.wait + 999_999_999) / 1_000_000_000
        var response: ServerResponse
        if decision.isAllowed {
            response = try await next.handle(request)
        } else {
            response =
                HTTPError(
                    .tooManyRequests, "Rate limit exceeded", headers: [.retryAfter: String(max(1, seconds))]
                ).response
        }
        response.headers.append(limitField)
        response.headers.append(HTTPField(name: .rateLimitRemaining, value: String(decision.remaining)))
        response.headers.append(HTTPField(name: .rateLimitReset, value: String(seconds)))
        return response
    }

    private func client(of request: ServerRequest) -> String {
        if usesPrincipal, let principal = request.principal { return "@" + principal.id }
        let address = proxies.client(behind: request.remoteAddress, request.headers)
        guard address.utf8.contains(UInt8(ascii: ":")) else { return address }
        return IPAddress(address)?.network.description ?? address
    }
}
