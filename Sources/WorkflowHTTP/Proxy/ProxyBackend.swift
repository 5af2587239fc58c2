import HTTPTypes
import Synchronization
import WorkflowCore

/// A backend: one target, or several that do the same and take turns.
final class ProxyBackend: Sendable {
    let name: String
    let targets: [ProxyTarget]
    let series: ProxyMetrics.Series
    private let turn = Atomic<UInt>(0)

    init(name: String, targets: [ProxyTarget], series: ProxyMetrics.Series) {
        self.name = name
        self.targets = targets
        self.series = series
    }

    /// Returns the target whose turn it is among those that may get a request.
    ///
    /// - Parameter tried: Targets that have failed this request already: they are only taken when there is no other.
    /// - Throws: ``HTTPError`` 503 when there is none.
    func choose(at now: Timestamp, after tried: [ProxyTarget] = []) throws -> ProxyTarget {
        let first = targets.count > 1 ? Int(turn.add(1, ordering: .relaxed).oldValue % UInt(targets.count)) : 0
        var rest: [ProxyTarget] = []
        for offset in 0..<targets.count {
            let target = targets[(first + offset) % targets.count]
            if tried.contains(where: { $0 === target }) {
                rest.append(target)
            } else if target.admit(at: now) {
                return target
            }
        }
        if let target = rest.first(where: { $0.admit(at: now) }) { return target }
        throw HTTPError(
            .serviceUnavailable, "The upstream server is not available at present.",
            headers: [.retryAfter: String(secondsUntilAvailable(from: now))])
    }

    private func secondsUntilAvailable(from now: Timestamp) -> Int {
        let waits = targets.compactMap(\.opensAgain).map { now.duration(to: $0).inSeconds.rounded(.up) }
        return max(1, Int(waits.min() ?? 1))
    }

    /// The targets that get no requests.
    var unavailable: [ProxyTarget] { targets.filter { !$0.isHealthy || $0.isCircuitOpen } }
}
