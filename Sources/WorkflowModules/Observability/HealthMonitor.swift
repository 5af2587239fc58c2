import Synchronization
import WorkflowCore

/// Runs the checks when somebody asks, at most once per interval.
///
/// They run in ``run()``, not in the task that asks: a client that goes away must not cut a check off.
final class HealthMonitor: Sendable {
    fileprivate enum Phase {
        /// Not all modules are prepared yet.
        case starting
        case running
        case ended
    }

    private struct State {
        var phase = Phase.starting
        var checks: [BoundedCheck] = []
        var latest: (report: HealthReport, at: Timestamp)?
        var waiters: [CheckedContinuation<HealthReport, Never>] = []
        /// Wakes ``HealthMonitor/run()`` while that goes on.
        var demand: AsyncStream<Void>.Continuation?
    }

    private let interval: Duration
    private let timeout: Duration
    private let clock: any EngineClock
    private let state = Mutex(State())

    init(interval: Duration, timeout: Duration, clock: any EngineClock) {
        self.interval = interval
        self.timeout = timeout
        self.clock = clock
    }

    /// Takes the checks; from now on they can be asked for.
    func begin(_ checks: [(name: String, check: any HealthCheck)]) {
        state.withLock { state in
            state.checks = checks.map { BoundedCheck(name: $0.name, check: $0.check) }
            state.phase = .running
        }
    }

    /// How many wait for a result.
    var waitingCount: Int { state.withLock { $0.waiters.count } }

    /// The result of the checks, not older than the interval.
    func report() async -> HealthReport {
        await withCheckedContinuation { continuation in
            let now = clock.now
            let known = state.withLock { state -> HealthReport? in
                if let phase = state.phase.report { return phase }
                if let latest = state.latest, latest.at.duration(to: now) < interval { return latest.report }
                state.waiters.append(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) } else { ask() }
        }
    }

    /// Runs the checks whenever there is a demand, until the task is cancelled; it may be called again then.
    func run() async {
        let (demands, demand) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.demand = demand }
        demand.yield()
        for await _ in demands { await answer() }
        let isWanted = state.withLock { state in
            state.demand = nil
            return !state.waiters.isEmpty
        }
        if isWanted { ask() }
    }

    /// Has the checks run: by ``run()``, or beside it while that does not go on, as when another configuration has taken
    /// over and this one still answers what it has begun.
    private func ask() {
        if let demand = state.withLock({ $0.demand }) {
            demand.yield()
        } else {
            Task { await answer() }
        }
    }

    private func answer() async {
        let (checks, isWanted) = state.withLock { ($0.checks, !$0.waiters.isEmpty) }
        guard isWanted else { return }
        let report = await evaluate(checks)
        let now = clock.now
        let waiters = state.withLock { state in
            state.latest = (report, now)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: report) }
    }

    /// Answers who still waits, and everybody who comes later.
    func end() {
        let waiters = state.withLock { state in
            state.phase = .ended
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: Self.stopping) }
    }

    private func evaluate(_ checks: [BoundedCheck]) async -> HealthReport {
        await withTaskGroup(of: (Int, HealthStatus).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { [timeout, clock] in (index, await check.run(timeout: timeout, clock: clock)) }
            }
            var statuses = checks.map { HealthReport.Check(name: $0.name, status: .healthy) }
            for await (index, status) in group {
                statuses[index] = HealthReport.Check(name: checks[index].name, status: status)
            }
            return HealthReport(checks: statuses)
        }
    }

    fileprivate static let starting = HealthReport(checks: [
        .init(name: "engine", status: HealthStatus(.unhealthy, message: "The application is starting."))
    ])
    fileprivate static let stopping = HealthReport(checks: [
        .init(name: "engine", status: HealthStatus(.unhealthy, message: "The application is stopping."))
    ])
}

extension HealthMonitor.Phase {
    /// What to report when the checks cannot be asked.
    fileprivate var report: HealthReport? {
        switch self {
        case .starting: HealthMonitor.starting
        case .running: nil
        case .ended: HealthMonitor.stopping
        }
    }
}
