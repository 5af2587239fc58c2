#if Redis
import HTTPTypes
import WorkflowCore
import WorkflowHTTP
import WorkflowModules
import WorkflowRedis

/// A `redis.connection` in memory.
struct RedisConnectionStandIn: WorkflowModule, RateLimitStore, TokenRevocations {
    typealias Configuration = RedisConnectionModule.Configuration

    static var descriptor: ModuleDescriptor { RedisConnectionModule.descriptor }

    private let buckets = RateLimitBuckets()
    private let revocations: StoredRevocations
    private let clock: any EngineClock

    init(configuration: Configuration, context: ModuleContext) throws {
        clock = context.clock
        revocations = StoredRevocations(store: context.store, clock: context.clock)
    }

    func take(_ key: String, interval: Int64, burst: Int) async throws -> RateLimitDecision {
        buckets.take(key, now: clock.now.nanoseconds, interval: interval, burst: burst)
    }

    func revoke(_ key: String, until end: Timestamp) async throws { try await revocations.revoke(key, until: end) }

    func isRevoked(_ key: String) async throws -> Bool { try await revocations.isRevoked(key) }
}

/// A `cache.redis` in memory.
struct RedisCacheStandIn: WorkflowModule, HTTPMiddleware {
    typealias Configuration = RedisCacheModule.Configuration

    static var descriptor: ModuleDescriptor { RedisCacheModule.descriptor }

    private static let items = 10_000
    private static let bytes = 64 << 20

    private let caching: ResponseCaching

    init(configuration: Configuration, context: ModuleContext) throws {
        caching = ResponseCaching(
            vary: configuration.vary.compactMap { HTTPField.Name($0) }, lifetime: configuration.defaultTTL,
            clock: context.clock, cache: ResponseCache(maximumItems: Self.items, maximumBytes: Self.bytes))
    }

    func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        try await caching.handle(request, next: next)
    }
}
#endif
