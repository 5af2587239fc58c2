import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// An application whose clock a test moves from one minute to the next; it begins at 2026-01-05T09:00:00Z.
struct ScheduleApplication: Sendable {
    let app: TestApplication
    let clock: TestClock

    /// Runs an application and waits until all its jobs have a record.
    static func run<Result>(
        _ yaml: String, jobs: [String], clock: TestClock = TestClock(), store: any StateStore = InMemoryStateStore(),
        scripts: [String: FakeScript] = [:], _ body: (ScheduleApplication) async throws -> Result
    ) async throws -> Result {
        var options = TestApplication.Options()
        options.clock = clock
        options.store = store
        options.scripts = scripts
        return try await TestApplication.run(yaml, options) { app in
            for job in jobs {
                try await waitUntil("\(job) is scheduled") {
                    try await store.value(namespace: "workflow.schedules", key: job, now: clock.now) != nil
                }
            }
            return try await body(ScheduleApplication(app: app, clock: clock))
        }
    }

    /// Moves the clock on by one minute and waits until a job has had so many runs with a status.
    func nextMinute(_ job: String, _ status: String = "success", runs: Int) async throws {
        clock.advance(by: .seconds(60))
        try await wait(job, status, runs: runs)
    }

    /// Waits until a job has had so many runs with a status.
    func wait(_ job: String, _ status: String = "success", runs: Int) async throws {
        try await waitUntil("\(runs) runs of \(job) end with \(status)") { count(job, status) == runs }
    }

    /// How many runs of a job ended with a status.
    func count(_ job: String, _ status: String) -> Int {
        Int(app.engine.environment.metrics.scheduleRuns.with(job, status).value)
    }
}
