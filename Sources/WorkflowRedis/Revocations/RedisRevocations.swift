#if Redis
import WorkflowCore

/// Revoked tokens in Redis: a key for each that ends after the token.
struct RedisRevocations: Sendable {
    /// How long a revocation outlasts its token: a process whose clock is behind takes the token for valid until then.
    private static let margin = Duration.seconds(60)

    private let prefix: String
    private let clock: any EngineClock

    /// - Parameters:
    ///   - prefix: What the names of the keys begin with.
    ///   - clock: Tells how long a token has still to live; the clock of Redis does not matter.
    init(prefix: String, clock: any EngineClock) {
        self.prefix = prefix + "revoked:"
        self.clock = clock
    }

    /// Makes a token invalid, also when the client that asked for it has gone away.
    ///
    /// - Throws: ``StoreError`` when it is not certain that Redis has kept it.
    func revoke(_ key: String, until end: Timestamp, on client: () throws -> RedisClient) async throws {
        let lifetime = max(1, clock.now.duration(to: end.advanced(by: Self.margin)).milliseconds)
        let reply = try await Self.asking {
            try await client().sendAnyway(["SET", "\(prefix)\(key)", "1", "PX", "\(lifetime)"])
        }
        guard reply.text == "OK" else { throw Self.unexpected }
    }

    /// Whether a token was made invalid.
    ///
    /// - Throws: ``StoreError`` when Redis cannot tell, or `CancellationError`.
    func isRevoked(_ key: String, on client: () throws -> RedisClient) async throws -> Bool {
        switch try await Self.asking({ try await client().send("EXISTS", "\(prefix)\(key)") }).integer {
        case 0: return false
        case 1: return true
        default: throw Self.unexpected
        }
    }

    private static var unexpected: StoreError {
        StoreError(.unavailable, "Redis gave an unexpected answer about a revoked token.")
    }

    /// What depends on a store knows its errors, and not those of Redis.
    private static func asking(_ body: () async throws -> RedisValue) async throws -> RedisValue {
        do {
            return try await body()
        } catch let error as RedisError {
            throw StoreError(.unavailable, error.description)
        }
    }
}
#endif
