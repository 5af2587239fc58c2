import Synchronization

/// How many requests a generation has answered, and how many of them with a failure of its own.
public final class RequestOutcomes: Sendable {
    private let all = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)

    /// Creates a count from zero.
    public init() {}

    /// Counts a request that has been answered.
    ///
    /// - Parameter isFailure: Whether the answer was a server error (5xx).
    public func count(isFailure: Bool) {
        all.add(1, ordering: .relaxed)
        if isFailure { failed.add(1, ordering: .relaxed) }
    }

    /// All requests, and those that failed.
    var totals: (requests: Int, failures: Int) { (all.load(ordering: .relaxed), failed.load(ordering: .relaxed)) }

    /// Which part of the requests failed, from 0 to 1.
    var errorRate: Double {
        let (requests, failures) = totals
        return requests > 0 ? Double(failures) / Double(requests) : 0
    }
}
