import Logging
import WorkflowTesting

@testable import WorkflowCore

/// An engine that runs, on a clock that a test moves.
struct ReloadFixture: Sendable {
    let engine: WorkflowEngine
    let probe: Probe
    let clock: TestClock

    static func run(
        _ yaml: String, registry: ModuleRegistry = reloadRegistry, policy: ReloadPolicy = ReloadPolicy(),
        _ body: (ReloadFixture) async throws -> Void
    ) async throws {
        let clock = TestClock()
        var environment = EngineEnvironment(
            clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        environment.drainDeadline = .seconds(5)
        environment.reloadPolicy = policy
        let probe = try Probe(environment)
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration(yaml: yaml), registry: registry, environment: environment)
        let app = ReloadFixture(engine: engine, probe: probe, clock: clock)
        try await engine.start()
        do {
            try await body(app)
        } catch {
            await engine.stop()
            throw error
        }
        await engine.stop()
    }

    @discardableResult
    func reload(_ yaml: String, options: ReloadOptions = ReloadOptions()) async throws -> ReloadReport {
        try await engine.reload(try ApplicationConfiguration(yaml: yaml), options: options)
    }

    /// Moves the clock on, a check of the health at a time, until `condition` holds.
    func advance(until condition: () -> Bool) async throws {
        while !condition() {
            try Task.checkCancellation()
            if let next = clock.nextDeadline, clock.now.duration(to: next) <= .milliseconds(500) {
                clock.advanceToNextSleeper()
            }
            await Task.yield()
        }
    }

    /// Waits, without moving the clock, until `condition` holds.
    func wait(until condition: () async throws -> Bool) async throws {
        while try await !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
