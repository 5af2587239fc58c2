import Synchronization
package import WorkflowCore

/// Bounds how many users one address registers.
package final class RegistrationThrottle: Sendable {
    private let buckets: Mutex<TokenBuckets>

    package init(perMinute: Int, capacity: Int = 10_000) {
        buckets = Mutex(
            TokenBuckets(burst: Double(perMinute), perSecond: Double(perMinute) / 60, capacity: capacity))
    }

    /// Counts a registration.
    ///
    /// - Returns: `nil` when it may go on; otherwise how long to wait.
    package func begin(address: String, now: Timestamp) -> Duration? {
        buckets.withLock { $0.take(address, now: now) }
    }
}
