/// Counts requests for several processes, so that a client has one bucket whichever process it asks.
public protocol RateLimitStore: Sendable {
    /// Takes one request out of a bucket, in one step. A bucket that is not known is full.
    ///
    /// - Parameters:
    ///   - key: The bucket.
    ///   - interval: The time in nanoseconds in which one request is refilled.
    ///   - burst: How many requests a full bucket holds.
    /// - Throws: Any error when the store is out of reach; soon, since a request waits.
    func take(_ key: String, interval: Int64, burst: Int) async throws -> RateLimitDecision
}

/// What a request is told that was counted.
public struct RateLimitDecision: Sendable, Hashable {
    /// Whether it may pass.
    public var isAllowed: Bool
    /// How many requests may follow at once.
    public var remaining: Int
    /// The time in nanoseconds until the bucket is full; for a refusal, until the next request may pass.
    public var wait: Int64

    /// Creates a decision.
    public init(isAllowed: Bool, remaining: Int, wait: Int64) {
        self.isAllowed = isAllowed
        self.remaining = remaining
        self.wait = wait
    }
}

extension ServiceKind {
    /// Counts requests for several processes: ``RateLimitStore``.
    public static let rateLimitStore = ServiceKind("rate-limit store")
}
