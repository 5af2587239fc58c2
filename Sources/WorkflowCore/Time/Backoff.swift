/// How long to wait before the next attempt: exponential growth with full jitter.
///
/// The wait before attempt `n + 1` is a random part of `base * 2^(n - 1)`, bounded by `limit`, so that many callers
/// that failed together do not come back together.
///
/// ```swift
/// let backoff = Backoff(base: .milliseconds(100), limit: .seconds(30))
/// try await clock.sleep(for: backoff.delay(afterAttempt: attempts, random: Double.random(in: 0..<1)))
/// ```
public struct Backoff: Sendable, Hashable {
    /// The upper bound of the wait after the first attempt.
    public var base: Duration
    /// The upper bound of every wait.
    public var limit: Duration

    /// Creates a backoff.
    public init(base: Duration = .milliseconds(100), limit: Duration = .seconds(30)) {
        self.base = base
        self.limit = limit
    }

    /// Returns the wait after a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: Which attempt failed, from 1.
    ///   - random: A number from 0 up to 1 that picks the part of the bound.
    public func delay(afterAttempt attempt: Int, random: Double) -> Duration {
        let doublings = min(max(attempt - 1, 0), 40)
        let bound = min(base.inSeconds * Double(1 << doublings), limit.inSeconds)
        let part = min(max(random, 0), 1) * bound
        return part > 0 ? .nanoseconds(Int64(min(part, 1e9) * 1e9)) : .zero
    }
}
