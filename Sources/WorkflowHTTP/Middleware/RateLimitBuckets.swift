import Synchronization
package import WorkflowCore

/// How often each client has asked, as the time at which its bucket will be full again.
///
/// That is the generic cell rate algorithm: one number for each client does the work of a token bucket. Clients are
/// spread over shards with a lock each. A shard has a greatest size: clients whose bucket is full are forgotten first,
/// for which nothing is lost, and then those whose bucket will be full soonest.
package final class RateLimitBuckets: Sendable {
    /// What a request is told.
    package typealias Decision = RateLimitDecision

    private static let shardCount = 64

    private final class Shard: Sendable {
        let entries = Mutex<[String: Int64]>([:])
    }

    private let shards: [Shard]
    private let shardLimit: Int

    /// Creates empty buckets.
    ///
    /// - Parameter limit: How many clients are remembered, about.
    package init(limit: Int = 131_072) {
        shards = (0..<Self.shardCount).map { _ in Shard() }
        shardLimit = max(8, limit / Self.shardCount)
    }

    /// How many clients are remembered.
    var count: Int {
        shards.reduce(0) { sum, shard in sum + shard.entries.withLock { $0.count } }
    }

    /// Takes one request out of a client's bucket.
    ///
    /// - Parameters:
    ///   - key: The client.
    ///   - now: The time in nanoseconds.
    ///   - interval: The time in which one request is refilled.
    ///   - burst: How many requests a full bucket holds.
    package func take(_ key: String, now: Int64, interval: Int64, burst: Int) -> Decision {
        let shard = shards[Self.shard(of: key)]
        // Sums of a time and a few capacities stay within bounds then.
        let longest = Int64.max / 8
        let interval = min(interval, longest)
        let product = interval.multipliedReportingOverflow(by: Int64(burst))
        let capacity = product.overflow ? longest : min(product.partialValue, longest)
        return shard.entries.withLock { entries in
            let known = entries[key]
            let full = max(known ?? now, now)
            let next = full + interval
            guard next - now <= capacity else {
                return Decision(isAllowed: false, remaining: 0, wait: next - now - capacity)
            }
            if known == nil, entries.count >= shardLimit { Self.evict(&entries, now: now) }
            entries[key] = next
            return Decision(isAllowed: true, remaining: Int((capacity - (next - now)) / interval), wait: next - now)
        }
    }

    /// Makes room for a quarter of the entries, so that the cost is spread over many insertions.
    private static func evict(_ entries: inout [String: Int64], now: Int64) {
        let count = entries.count
        entries = entries.filter { $0.value > now }
        let target = count - count / 4
        guard entries.count > target else { return }
        let surplus = entries.sorted { $0.value < $1.value }.prefix(entries.count - target)
        for entry in surplus { entries[entry.key] = nil }
    }

    /// FNV-1a over the end of the key, where addresses differ most.
    private static func shard(of key: String) -> Int {
        var hash: UInt32 = 2_166_136_261
        for byte in key.utf8.suffix(16) { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int((hash ^ hash >> 16) % UInt32(shardCount))
    }
}
