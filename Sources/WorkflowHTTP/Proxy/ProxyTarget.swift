import Synchronization
import WorkflowCore

/// One URL of a backend: its connections, and what is known about how well it works.
final class ProxyTarget: Sendable {
    private struct State {
        var breaker: CircuitBreaker?
        var health = TargetHealth()
    }

    let url: BackendURL
    let pool: UpstreamPool
    private let series: ProxyMetrics.Series
    private let state: Mutex<State>

    init(pool: UpstreamPool, breaker: CircuitBreaker?, series: ProxyMetrics.Series) {
        self.url = pool.url
        self.pool = pool
        self.series = series
        state = Mutex(State(breaker: breaker))
    }

    /// Whether health checks have found nothing wrong with it.
    var isHealthy: Bool { state.withLock { $0.health.isHealthy } }

    /// Whether its circuit keeps requests away.
    var isCircuitOpen: Bool { state.withLock { $0.breaker?.isOpen ?? false } }

    /// When its circuit may let a request through again.
    var opensAgain: Timestamp? { state.withLock { $0.breaker?.opensAgain } }

    /// Whether it may get a request, of whose end it must hear then.
    func admit(at now: Timestamp) -> Bool {
        state.withLock { state in
            guard state.health.isHealthy else { return false }
            return state.breaker?.admit(at: now) ?? true
        }
    }

    func succeed() { changeBreaker { $0.succeed() } }

    func fail(at now: Timestamp) { changeBreaker { $0.fail(at: now) } }

    func abandon() { changeBreaker { $0.abandon() } }

    /// Notes what a health check has found.
    ///
    /// - Returns: Whether the target has become healthy or unhealthy by that.
    func note(isHealthy: Bool, healthyThreshold: Int, unhealthyThreshold: Int) -> Bool {
        state.withLock {
            $0.health.note(
                isHealthy, healthyThreshold: healthyThreshold, unhealthyThreshold: unhealthyThreshold)
        }
    }

    private func changeBreaker(_ change: (inout CircuitBreaker) -> Void) {
        let difference = state.withLock { state -> Double in
            guard var breaker = state.breaker else { return 0 }
            let wasOpen = breaker.isOpen
            change(&breaker)
            state.breaker = breaker
            return (breaker.isOpen ? 1 : 0) - (wasOpen ? 1 : 0)
        }
        if difference != 0 { series.openCircuits.add(difference) }
    }

    /// Closes everything, and takes its part out of the gauge, which other generations share.
    func close() {
        pool.close()
        let wasOpen = state.withLock { state in
            defer { state.breaker = nil }
            return state.breaker?.isOpen ?? false
        }
        if wasOpen { series.openCircuits.add(-1) }
    }
}

/// What health checks have found, so that one bad answer does not count for more than it should.
struct TargetHealth: Sendable, Equatable {
    private(set) var isHealthy = true
    /// How many checks one after the other have found the opposite.
    private var contradictions = 0

    /// Notes what a check has found.
    ///
    /// - Returns: Whether ``isHealthy`` has changed.
    mutating func note(_ isHealthy: Bool, healthyThreshold: Int, unhealthyThreshold: Int) -> Bool {
        guard isHealthy != self.isHealthy else {
            contradictions = 0
            return false
        }
        contradictions += 1
        guard contradictions >= (isHealthy ? healthyThreshold : unhealthyThreshold) else { return false }
        self.isHealthy = isHealthy
        contradictions = 0
        return true
    }
}
