import Foundation
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// Runs that go on while the configuration is reloaded. The script waits at a gate.
@Suite(.timeLimit(.minutes(1))) struct ScheduleReloadTests {
    private static let job = "minutely:script"

    private static func yaml(_ settings: String, cron: String = "* * * * *", marker: Int) -> String {
        """
        modules:
          - {name: minutely, type: scheduler.cron, config: {cronExpression: '\(cron)', \(settings)}}
          - {name: script, type: dynamic.component, config: {source: a.js}}
          - {name: marker\(marker), type: test.recorder}
        workflows:
          scheduler:
            jobs: [{scheduler: minutely, job: script}]
        """
    }

    /// Begins a run at 09:01 that waits at the gate.
    private static func run(
        _ settings: String, missed: String = "missed: once",
        _ body: (ScheduleApplication, TestGate) async throws -> Void
    ) async throws {
        let gate = TestGate()
        let script = FakeScript(execute: { input, _ in
            try await gate.wait()
            return input
        })
        try await ScheduleApplication.run(
            yaml("\(settings), \(missed)", marker: 1), jobs: [job], scripts: ["a": script]
        ) { it in
            it.clock.advance(by: .seconds(60))
            try await waitUntil("the run begins") { gate.waitingCount == 1 }
            do {
                try await body(it, gate)
            } catch {
                gate.open()
                throw error
            }
            gate.open()
        }
    }

    // MARK: Overlap

    @Test func aSlotIsSkippedWhileARunOfTheGenerationBeforeGoesOn() async throws {
        try await Self.run("overlap: skip") { it, gate in
            try await it.reload(Self.yaml("overlap: skip", marker: 2))
            try await it.nextMinute(Self.job, "skipped", runs: 1)
            #expect(gate.waitingCount == 1)
            gate.open()
            try await it.wait(Self.job, runs: 1)
            try await it.nextMinute(Self.job, runs: 2)
        }
    }

    @Test func aSlotWaitsForARunOfTheGenerationBefore() async throws {
        try await Self.run("overlap: queue") { it, gate in
            try await it.reload(Self.yaml("overlap: queue", marker: 2))
            try await it.letSecondSlotWait(Self.job)
            #expect(gate.waitingCount == 1)
            gate.open()
            try await it.wait(Self.job, runs: 2)
        }
    }

    @Test func aSlotRunsBesideARunOfTheGenerationBefore() async throws {
        try await Self.run("overlap: allow") { it, gate in
            try await it.reload(Self.yaml("overlap: allow", marker: 2))
            it.clock.advance(by: .seconds(60))
            try await waitUntil("both go on") { gate.waitingCount == 2 }
            gate.open()
            try await it.wait(Self.job, runs: 2)
            #expect(it.count(Self.job, "skipped") == 0)
        }
    }

    @Test func slotsThatWaitAreRunOnceByTheNextGeneration() async throws {
        let settings = "overlap: queue, queueSize: 2, missed: skip"
        try await Self.run("overlap: queue, queueSize: 2", missed: "missed: skip") { it, gate in
            try await it.letSecondSlotWait(Self.job)
            // Of the next two one waits as well, and one is skipped.
            it.clock.advance(by: .seconds(60))
            try await it.nextMinute(Self.job, "skipped", runs: 1)
            try await it.reload(Self.yaml(settings, marker: 2))
            gate.open()
            try await it.wait(Self.job, runs: 3)
            try await it.nextMinute(Self.job, runs: 4)
            #expect(it.count(Self.job, "skipped") == 1)
        }
    }

    @Test func slotsThatWaitOfAnotherScheduleAreSkipped() async throws {
        try await Self.run("overlap: queue") { it, gate in
            try await it.letSecondSlotWait(Self.job)
            try await it.reload(Self.yaml("overlap: queue", cron: "*/5 * * * *", marker: 2))
            try await it.wait(Self.job, "skipped", runs: 1)
            gate.open()
            try await it.wait(Self.job, runs: 1)
        }
    }

    @Test func noMoreRunsGoOnThanTheSchedulerAllowsInAllGenerations() async throws {
        let settings = "overlap: allow, workerCount: 1"
        try await Self.run(settings) { it, gate in
            try await it.reload(Self.yaml(settings, marker: 2))
            try await it.nextMinute(Self.job, "skipped", runs: 1)
            #expect(gate.waitingCount == 1)
        }
    }

    // MARK: Rollback

    @Test func theGenerationThatTakesOverAgainSeesTheRunsToo() async throws {
        try await Self.run("overlap: queue", missed: "missed: skip") { it, gate in
            try await it.letSecondSlotWait(Self.job)
            try await it.reload(Self.yaml("overlap: queue, missed: skip", marker: 2), expecting: .refused) {
                throw WorkflowError(.storageFull, "no room")
            }
            try await it.nextMinute(Self.job, "skipped", runs: 1)
            #expect(gate.waitingCount == 1)
            gate.open()
            try await it.wait(Self.job, runs: 2)
            try await it.nextMinute(Self.job, runs: 3)
        }
    }
}

extension ScheduleApplication {
    /// Changes to another configuration.
    func reload(
        _ yaml: String, expecting status: ReloadReport.Status = .reloaded,
        commit: @escaping @Sendable () async throws -> Void = {}
    ) async throws {
        let folder = URL(fileURLWithPath: try app.component("script").filePath).deletingLastPathComponent().path
        let configuration = try ApplicationConfiguration(yaml: yaml, file: "\(folder)/app.yaml")
        let report = try await app.engine.reload(configuration, commit: commit)
        #expect(report.status == status, "\(report)")
    }

    /// Moves the clock on to 09:02 and waits until that slot of a job waits.
    func letSecondSlotWait(_ job: String) async throws {
        clock.advance(by: .seconds(60))
        let (clock, store) = (clock, app.options.store)
        try await waitUntil("all slots before 09:02 are settled") {
            let record = try await store.value(namespace: "workflow.schedules", key: job, now: clock.now)
            return record?["through"] == "2026-01-05T09:01:59.999999999Z"
        }
    }
}
