import Synchronization
import Testing
import WorkflowCore
import WorkflowPlatform
import WorkflowTesting

/// Workflows that fail while they run.
@Suite struct WorkflowFailureTests {
    /// Keeps the states that were told of each workflow.
    private final class Recorder: DeploymentObserver {
        let states = Mutex<[(ID<Workflow>, DeploymentStatus.State)]>([])

        func deploymentChanged(_ status: DeploymentStatus) {
            states.withLock { states in
                if states.last(where: { $0.0 == status.workflow })?.1 == status.state { return }
                states.append((status.workflow, status.state))
            }
        }

        func lifecycle(_ event: LifecycleEvent, of workflow: ID<Workflow>, version: Int) {}

        func states(of workflow: ID<Workflow>) -> [DeploymentStatus.State] {
            states.withLock { $0.filter { $0.0 == workflow }.map(\.1) }
        }
    }

    /// Returns when a workflow waits for the time of its next start.
    private func untilWaiting(_ engines: EngineFixture, _ workflow: ID<Workflow>, _ clock: TestClock) async throws {
        try await until {
            guard let time = await engines.manager.status(of: workflow)?.restartAt else { return false }
            return clock.nextDeadline.map { $0 <= time } ?? false
        }
    }

    @Test func `A workflow that fails is started again after a while, and others go on`() async throws {
        let clock = TestClock()
        let recorder = Recorder()
        var settings = engineSettings(clock: clock)
        settings.random = { 0.5 }
        try await withEngines(settings: settings, observer: recorder) { engines in
            let id = try workflowID("a")
            try await engines.manager.deploy(try deployment("a", fragile("fragile", "gate: crash")))
            try await engines.manager.deploy(try deployment("b", saying("other")))
            HeldRequests.gate("crash").open()
            try await untilWaiting(engines, id, clock)
            let failed = try #require(await engines.manager.status(of: id))
            #expect(failed.state == .failed)
            #expect(failed.lastError == "version 1: the module \"f\" failed: It broke at crash.")
            #expect(failed.restartAt == clock.now.advanced(by: .seconds(1)))
            let refused = try await engines.get("/w/a/hello")
            #expect(refused.status == 503)
            #expect(refused.json["error"] == "The workflow has failed and will be started again.")
            #expect(try await engines.get("/w/b/hello").body == "other")
            #expect(recorder.states(of: try workflowID("b")) == [.deploying, .running])

            // The gate is open, so it fails again and again, each time after twice the time.
            clock.advance(by: .seconds(1))
            try await until { await engines.manager.status(of: id)?.restarts == 2 }
            #expect(await engines.manager.status(of: id)?.restartAt == clock.now.advanced(by: .seconds(2)))
            try await engines.manager.deploy(try deployment("a", version: 2, saying("mended")))
            let mended = try #require(await engines.manager.status(of: id))
            #expect(mended.state == .running)
            #expect(mended.restarts == 0)
            #expect(mended.lastError == nil)
            #expect(try await engines.get("/w/a/hello").body == "mended")
            #expect(recorder.states(of: id).prefix(4) == [.deploying, .running, .failed, .running])
        }
    }

    @Test func `A version that fails at once makes room for the one before`() async throws {
        let clock = TestClock()
        try await withEngines(settings: engineSettings(clock: clock)) { engines in
            let id = try workflowID("a")
            try await engines.manager.deploy(try deployment("a", version: 1, saying("good")))
            try await engines.manager.deploy(try deployment("a", version: 2, fragile("bad", "gate: young")))
            HeldRequests.gate("young").open()
            try await untilWaiting(engines, id, clock)
            clock.advance(by: .seconds(2))
            try await until { await engines.manager.status(of: id)?.state == .running }
            let status = try #require(await engines.manager.status(of: id))
            #expect(status.version == 1)
            #expect(status.lastError == "version 2: the module \"f\" failed: It broke at young.")
            #expect(try await engines.get("/w/a/hello").body == "good")
        }
    }

    @Test func `A stopped workflow is not started again`() async throws {
        let clock = TestClock()
        try await withEngines(settings: engineSettings(clock: clock)) { engines in
            let id = try workflowID("a")
            try await engines.manager.deploy(try deployment("a", fragile("x", "gate: stopped")))
            HeldRequests.gate("stopped").open()
            try await untilWaiting(engines, id, clock)
            #expect(await engines.manager.stop(id)?.state == .stopped)
            #expect(await engines.manager.status(of: id)?.restartAt == nil)
            clock.advance(by: .seconds(60))
            #expect(clock.sleeperCount == 0)
            #expect(await engines.manager.status(of: id)?.state == .stopped)
        }
    }

    /// A provider whose stores are away for a while.
    private final class AbsentStores: EngineProvider {
        let failures: Mutex<Int>

        init(failures: Int) {
            self.failures = Mutex(failures)
        }

        func openStore(of deployment: DeploymentKey) async throws -> any StateStore {
            let isAway = failures.withLock { failures in
                failures -= 1
                return failures >= 0
            }
            guard !isAway else { throw StoreError(.unavailable, "the database is away") }
            return InMemoryStateStore()
        }

        func removeState(of deployment: DeploymentKey) async throws {}
    }

    @Test func `What cannot be restored yet is tried again, what is wrong is not`() async throws {
        let clock = TestClock()
        try await withEngines(settings: engineSettings(clock: clock), provider: AbsentStores(failures: 1)) { engines in
            await engines.manager.restore([
                try deployment("wrong", "modules: 1"), try deployment("late", saying("late")),
            ])
            let wrong = try #require(await engines.manager.status(of: workflowID("wrong")))
            #expect(wrong.state == .failed)
            #expect(wrong.restartAt == nil)
            let late = try #require(await engines.manager.status(of: workflowID("late")))
            #expect(late.state == .failed)
            #expect(late.restartAt != nil)
            try await untilWaiting(engines, late.workflow, clock)
            #expect(try await engines.get("/w/late/hello").status == 503)
            clock.advance(by: .seconds(2))
            try await until { await engines.manager.status(of: try workflowID("late"))?.state == .running }
            #expect(try await engines.get("/w/late/hello").body == "late")
        }
    }

    @Test func `Nothing is deployed after the end`() async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", saying("hello")))
            await engines.manager.shutdown()
            #expect(await engines.manager.statuses().map(\.state) == [.stopped])
            let error = await #expect(throws: DeploymentError.self) {
                try await engines.manager.deploy(try deployment("b", saying("late")))
            }
            #expect(error?.message == "the engine manager stops")
        }
    }
}
