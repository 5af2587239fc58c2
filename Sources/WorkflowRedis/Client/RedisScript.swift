#if Redis
import Crypto

/// A Lua script that the server runs as one step.
package struct RedisScript: Sendable {
    /// The source.
    package let source: String
    private let digest: RedisArgument

    /// Creates a script.
    package init(_ source: String) {
        self.source = source
        let digits = Array("0123456789abcdef".utf8)
        // The name that the protocol gives to scripts.
        let hash = Insecure.SHA1.hash(data: Array(source.utf8))
        digest = RedisArgument(hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Runs the script; its source is sent only when the server does not know it.
    ///
    /// - Parameters:
    ///   - client: The client.
    ///   - keys: The keys that it works on.
    ///   - arguments: Its other arguments.
    ///   - isUrgent: Whether it runs also when the task is cancelled.
    /// - Throws: ``RedisError``, or `CancellationError`.
    package func run(
        on client: RedisClient, keys: [RedisArgument], _ arguments: [RedisArgument] = [],
        evenIfCancelled isUrgent: Bool = false
    ) async throws -> RedisValue {
        let rest = [RedisArgument("\(keys.count)")] + keys + arguments
        do {
            return try await Self.send(["EVALSHA", digest] + rest, to: client, isUrgent)
        } catch let error as RedisError where error.isUnknownScript {
            return try await Self.send(["EVAL", RedisArgument(source)] + rest, to: client, isUrgent)
        }
    }

    private static func send(
        _ words: [RedisArgument], to client: RedisClient, _ isUrgent: Bool
    ) async throws -> RedisValue {
        isUrgent ? try await client.sendAnyway(words) : try await client.send(words)
    }
}
#endif
