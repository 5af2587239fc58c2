import WorkflowCore

/// A budget for each address, which refills steadily. What it remembers is bounded.
struct TokenBuckets: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: Timestamp
    }

    private let burst: Double
    private let perSecond: Double
    private var buckets: BoundedCache<ExactString, Bucket>

    /// Creates full buckets.
    ///
    /// - Parameters:
    ///   - burst: How much a full bucket holds.
    ///   - perSecond: How fast it refills.
    ///   - capacity: How many buckets are remembered.
    init(burst: Double, perSecond: Double, capacity: Int) {
        self.burst = max(burst, 1)
        self.perSecond = max(perSecond, 1e-6)
        self.buckets = BoundedCache(capacity: capacity)
    }

    /// Takes one from the bucket of an address.
    ///
    /// - Returns: `nil` when there was one; otherwise how long it takes until there is one.
    mutating func take(_ address: String, now: Timestamp) -> Duration? {
        let key = ExactString(Self.group(address))
        var bucket = buckets[key] ?? Bucket(tokens: burst, filledAt: now)
        let passed = max(bucket.filledAt.duration(to: now).inSeconds, 0)
        bucket.tokens = min(burst, bucket.tokens + passed * perSecond)
        bucket.filledAt = now
        defer { buckets[key] = bucket }
        // A little less than one will do: refilling in parts loses the last bits.
        guard bucket.tokens >= 1 - 1e-6 else {
            return .milliseconds(Int64(((1 - bucket.tokens) / perSecond * 1000).rounded(.up)))
        }
        bucket.tokens = max(0, bucket.tokens - 1)
        return nil
    }

    /// Puts one back into the bucket of an address.
    mutating func giveBack(_ address: String) {
        let key = ExactString(Self.group(address))
        guard var bucket = buckets[key] else { return }
        bucket.tokens = min(burst, bucket.tokens + 1)
        buckets[key] = bucket
    }

    /// What shares a bucket: an IPv4 address, or the first 64 bits of an IPv6 address, which one subscriber has.
    static func group(_ address: String) -> String {
        guard address.utf8.contains(UInt8(ascii: ":")) else { return address }
        let address = address.prefix { $0 != "%" }
        let halves = address.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
        var groups = halves[0].isEmpty ? [] : halves[0].split(separator: ":")
        if halves.count == 2 {
            let tail = halves[1].split(separator: ":")
            // An IPv4 address in IPv6 clothes: the last 32 bits tell subscribers apart.
            if let last = tail.last, last.contains(".") { return String(last) }
            groups += Array(repeating: "0", count: max(0, 8 - groups.count - tail.count)) + tail
        }
        return groups.prefix(4).map { $0.lowercased() }.joined(separator: ":") + "::/64"
    }
}
