import Synchronization
import WorkflowCore

/// Bounds how many users one address registers.
final class RegistrationThrottle: Sendable {
    private let buckets: Mutex<TokenBuckets>

    init(perMinute: Int, capacity: Int = 10_000) {
        buckets = Mutex(
            TokenBuckets(burst: Double(perMinute), perSecond: Double(perMinute) / 60, capacity: capacity))
    }

    /// Counts a registration.
    ///
    /// - Returns: `nil` when it may go on; otherwise how long to wait.
    func begin(address: String, now: Timestamp) -> Duration? {
        buckets.withLock { $0.take(address, now: now) }
    }
}
