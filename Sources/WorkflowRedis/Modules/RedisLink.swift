#if Redis
import Crypto
import Logging
import Synchronization
import WorkflowCore

/// The client that the modules of all generations share which name the same server.
final class RedisLink: Sendable {
    let settings: RedisSettings
    private let resources: SharedResourcePool
    private let logger: Logger
    private let key: String
    private let held = Mutex<RedisClient?>(nil)

    init(_ settings: RedisSettings, context: ModuleContext) {
        self.settings = settings
        resources = context.environment.resources
        logger = context.environment.logger
        // Other credentials make another client; they must not show in the key.
        let secret = SHA256.hash(data: Array("\(settings)".utf8)).prefix(8).map { String($0, radix: 16) }
        key = "redis \(settings.place) \(secret.joined())"
    }

    /// Takes the client and waits for the end of its first attempt to connect.
    ///
    /// - Throws: ``RedisError`` when the system has no descriptor or thread left.
    func open() async throws {
        let (settings, logger) = (settings, logger)
        let client = try resources.acquire(
            key,
            make: {
                let outages = RedisOutageLog(place: settings.place, logger: logger)
                return try RedisClient(settings) { outages.note($0) }
            }, close: { await $0.close() })
        held.withLock { $0 = client }
        await client.waitForFirstAttempt()
    }

    /// Gives the client back.
    func close() async {
        let client = held.withLock { held in
            defer { held = nil }
            return held
        }
        if client != nil { await resources.release(key) }
    }

    /// - Throws: ``RedisError`` `.closed` before ``open()`` and after ``close()``.
    func client() throws -> RedisClient {
        guard let client = held.withLock({ $0 }) else { throw RedisError(.closed, "The Redis client is closed.") }
        return client
    }
}

/// Says once that a server is away, and once that it is back.
final class RedisOutageLog: Sendable {
    private let place: String
    private let logger: Logger
    private let isAway = Mutex(false)

    init(place: String, logger: Logger) {
        self.place = place
        self.logger = logger
    }

    func note(_ status: RedisStatus) {
        let metadata: Logger.Metadata = ["redis.server": "\(place)"]
        switch status {
        case .connecting: return
        case .connected:
            let wasAway = isAway.withLock { isAway in
                defer { isAway = false }
                return isAway
            }
            if wasAway { logger.notice("Redis is back", metadata: metadata) }
        case .away(let reason):
            isAway.withLock { $0 = true }
            logger.warning("Redis is away", metadata: metadata.merging(["error": "\(reason)"]) { $1 })
        }
    }
}

/// Degraded while the server does not answer: most of what uses it goes on without it.
struct RedisHealthCheck: HealthCheck {
    private weak let link: RedisLink?

    init(_ link: RedisLink) {
        self.link = link
    }

    func check() async -> HealthStatus {
        guard let link else { return .healthy }
        do {
            _ = try await link.client().send("PING")
            return .healthy
        } catch {
            return HealthStatus(.degraded, message: "\(error)")
        }
    }
}
#endif
