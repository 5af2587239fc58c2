import Synchronization
import WorkflowTesting

@testable import WorkflowCore

/// A runner with the job `job`: one "process". Times are seconds since the start, which is a full hour.
struct ScheduleRunnerFixture: Sendable {
    static let start = TestClock().now

    let clock: TestClock
    let store: any StateStore
    let runner: ScheduleRunner
    private let metrics: EngineMetrics
    private let slots: SlotLog

    init(
        _ schedule: String = "* * * * *", store: any StateStore = InMemoryStateStore(), clock: TestClock = TestClock(),
        overlap: ScheduleStateMachine.OverlapPolicy = .skip, missed: ScheduleStateMachine.MissedRunPolicy = .once,
        concurrency: Int = 100, perform: @escaping @Sendable (ScheduledRun) async throws -> Void = { _ in }
    ) throws {
        let slots = SlotLog()
        let job = ScheduledJob(
            name: "job", schedule: try Schedule(schedule), overlap: overlap, missedRuns: missed,
            concurrency: concurrency
        ) { run in
            slots.append(Int(Self.start.duration(to: run.scheduledTime).inSeconds))
            try await perform(run)
        }
        var environment = EngineEnvironment(clock: clock, logger: .quiet)
        environment.random = { 0.5 }
        self.clock = clock
        self.store = store
        self.slots = slots
        metrics = environment.metrics
        runner = ScheduleRunner(jobs: [job], store: store, environment: environment)
    }

    /// The slots whose runs were begun, in this order.
    var begun: [Int] { slots.all }

    /// How many runs ended with a status.
    func count(_ status: String) -> Int { Int(metrics.scheduleRuns.with("job", status).value) }

    /// Runs the runner while `body` runs; whatever goes on afterwards is cut off at once.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        let life = Task { [runner] in await runner.run() }
        do {
            let result = try await body()
            await end(life)
            return result
        } catch {
            await end(life)
            throw error
        }
    }

    private func end(_ life: Task<Void, Never>) async {
        life.cancel()
        await life.value
        await runner.shutdown(deadline: .zero)
    }

    /// Moves the clock on to a second, from one time at which somebody wants to wake to the next.
    func advance(to second: Int, sleepers: Int = 1) async throws {
        let target = Self.start.advanced(by: .seconds(second))
        while clock.now < target {
            let clock = clock
            try await withTimeLimit("the runners sleep") { try await clock.waitForSleepers(sleepers) }
            let next = min(clock.nextDeadline ?? target, target)
            clock.advance(by: clock.now.duration(to: next))
        }
    }

    /// Waits, without moving the clock, until a condition holds.
    func wait(_ what: String, until condition: @escaping @Sendable () async throws -> Bool) async throws {
        try await withTimeLimit(what) {
            while try await !condition() {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }

    /// The stored record, in seconds since the start.
    func recorded() async throws -> Int? {
        let value = try await store.value(namespace: "workflow.schedules", key: "job", now: clock.now)
        let through = value?["through"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        return through.map { Int(Self.start.duration(to: $0).inSeconds) }
    }
}

/// Remembers slots.
private final class SlotLog: Sendable {
    private let slots = Mutex<[Int]>([])

    var all: [Int] { slots.withLock { $0 } }

    func append(_ slot: Int) {
        slots.withLock { $0.append(slot) }
    }
}
