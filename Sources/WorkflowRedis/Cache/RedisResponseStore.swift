#if Redis
import Crypto
import Synchronization
import WorkflowCore

/// Keeps the answers of a cache in Redis.
final class RedisResponseStore: SharedResponseStore {
    /// How long nobody waits after a request whose answer is for one only.
    private static let aloneTime = "1000"
    private static let slotCount: UInt32 = 16_384
    private static let pause = Duration.milliseconds(20)
    private static let longestPause = Duration.milliseconds(200)

    private struct Changes {
        var missed = 0
        var repaired = 0
    }

    private let link: RedisLink
    private let prefix: String
    private let vary: String
    private let lockTimeout: Duration
    private let maximumBytes: Int
    private let clock: any EngineClock
    private let identifiers: any IdentifierGenerator
    private let changes = Mutex(Changes())

    /// - Parameters:
    ///   - link: The server.
    ///   - configuration: The settings of the cache.
    ///   - context: The module.
    init(_ link: RedisLink, _ configuration: RedisCacheModule.Configuration, context: ModuleContext) {
        self.link = link
        prefix = "\(configuration.prefix)cache:\(context.name):"
        vary = configuration.vary.joined(separator: ",").lowercased()
        lockTimeout = configuration.lockTimeout
        maximumBytes = configuration.maxAnswerBytes.bytes
        clock = context.clock
        identifiers = context.environment.identifiers
    }

    func place(of key: CacheKey) async throws -> SharedResponsePlace {
        let token = identifiers.next()
        let names = names(of: key)
        let deadline = clock.now.advanced(by: lockTimeout)
        var pause = Self.pause
        do {
            try await repair()
            while true {
                let reply = try await RedisResponseScripts.lookup.run(
                    on: link.client(), keys: names,
                    [RedisArgument(token), "\(lockTimeout.milliseconds)"] + Self.fields(of: key.path))
                guard let values = reply.array, values.count == 2, let kind = values[0].integer,
                    let bytes = values[1].bytes
                else { return .away }
                let ticket = SharedResponseTicket(token: token, version: bytes)
                switch kind {
                case 1: return RedisResponseCodec.decode(bytes, path: key.path).map { .hit($0) } ?? .lead(ticket)
                case 2: return .lead(ticket)
                default: break
                }
                // Another process has the request answered.
                guard clock.now < deadline else { return .lead(ticket) }
                try await clock.sleep(for: pause)
                pause = min(pause * 2, Self.longestPause)
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            return .away
        }
    }

    func finish(_ ticket: SharedResponseTicket, _ key: CacheKey, _ answer: CachedResponse?) async {
        let names = names(of: key)
        let bytes = answer.map { RedisResponseCodec.encode($0) }
        do {
            if let answer, let bytes, bytes.count <= maximumBytes {
                let lifetime = max(1, answer.storedAt.duration(to: answer.expiresAt).milliseconds)
                _ = try await RedisResponseScripts.keep.run(
                    on: link.client(), keys: names,
                    [
                        RedisArgument(ticket.token), "\(lifetime)", RedisArgument(ticket.version), RedisArgument(bytes),
                    ] + Self.fields(of: key.path), evenIfCancelled: true)
            } else {
                _ = try await RedisResponseScripts.giveUp.run(
                    on: link.client(), keys: [names[1]], [RedisArgument(ticket.token), "\(Self.aloneTime)"],
                    evenIfCancelled: true)
            }
        } catch {
            // The answer is not kept; the lock ends by itself, and the connection says that it is away.
        }
    }

    func invalidate(_ path: String) async {
        let fields = ["t\(Self.slot(path))"] + Self.ancestors(of: path).map { "o\(Self.slot($0))" }
        do {
            _ = try await RedisResponseScripts.invalidate.run(
                on: link.client(), keys: [versions], fields.map { RedisArgument($0) }, evenIfCancelled: true)
        } catch {
            changes.withLock { $0.missed += 1 }
        }
    }

    /// Makes all answers old when Redis was away while something was changed.
    private func repair() async throws {
        let (missed, isRepaired) = changes.withLock { ($0.missed, $0.missed == $0.repaired) }
        if isRepaired { return }
        _ = try await link.client().send("HDEL", versions, "epoch")
        changes.withLock { $0.repaired = max($0.repaired, missed) }
    }

    private var versions: RedisArgument { "\(prefix)versions" }

    /// The names of the answer, of its lock, and of the versions. What the request says does not show in them.
    private func names(of key: CacheKey) -> [RedisArgument] {
        let digest = SHA256.hash(data: Array("\(vary)\n\(key.text.text)".utf8))
        let digits = Array("0123456789abcdef".utf8)
        let name = String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        return ["\(prefix)\(name)", "\(prefix)\(name):lock", versions]
    }

    /// The versions that the answer of a path depends on: changes there, above it, and below it.
    private static func fields(of path: String) -> [RedisArgument] {
        ["o\(slot(path))", "t\(slot(path))"] + ancestors(of: path).map { "t\(slot($0))" }
    }

    private static func ancestors(of path: String) -> [String] {
        path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }
    }

    /// FNV-1a. Paths that share a slot are forgotten together, which does no harm.
    private static func slot(_ path: String) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for byte in path.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return (hash ^ hash >> 16) % slotCount
    }
}
#endif
