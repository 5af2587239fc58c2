import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite struct ScheduleRunnerTests {
    typealias Fixture = ScheduleRunnerFixture

    @Test func runsAJobAtEachSlotAndRecordsIt() async throws {
        let process = try Fixture()
        try await process.run {
            for minute in 1...3 {
                try await process.advance(to: 60 * minute)
                try await process.wait("run \(minute)") { process.count("success") == minute }
            }
        }
        #expect(process.begun == [60, 120, 180])
        #expect(try await process.recorded() == 180)
    }

    @Test func recordsARunBeforeItIsPerformed() async throws {
        let store = InMemoryStateStore()
        let process = try Fixture(store: store) { run in
            let value = try await store.value(namespace: "workflow.schedules", key: "job", now: run.scheduledTime)
            guard value?["through"]?.stringValue == run.scheduledTime.description else {
                throw WorkflowError(.internal, "not recorded")
            }
        }
        try await process.run {
            try await process.advance(to: 60)
            try await process.wait("the run ends") { process.count("success") + process.count("failure") == 1 }
        }
        #expect(process.count("success") == 1)
    }

    @Test func aFailedRunIsCountedAndNotRepeated() async throws {
        let process = try Fixture { _ in throw WorkflowError(.unavailable, "not now") }
        try await process.run {
            for minute in 1...2 {
                try await process.advance(to: 60 * minute)
                try await process.wait("failure \(minute)") { process.count("failure") == minute }
            }
        }
        #expect(process.begun == [60, 120])
    }

    // MARK: Overlap

    @Test(arguments: [
        (ScheduleStateMachine.OverlapPolicy.skip, [60], 2, [60]),
        (.queue(), [60], 1, [60, 120]),
        (.queue(limit: 2), [60], 0, [60, 120, 180]),
        (.allow, [60, 120, 180], 0, [60, 120, 180]),
    ])
    func aRunThatTakesLongerThanTheIntervalMeetsThePolicy(
        overlap: ScheduleStateMachine.OverlapPolicy, during: [Int], skipped: Int, after: [Int]
    ) async throws {
        let gate = TestGate()
        let process = try Fixture(overlap: overlap) { _ in try await gate.wait() }
        try await process.run {
            try await process.advance(to: 200)
            try await process.wait("the slots are dealt with") {
                process.begun == during && process.count("skipped") == skipped
            }
            gate.open()
            try await process.wait("all runs are over") { process.count("success") == after.count }
        }
        #expect(process.begun.sorted() == after)
        #expect(process.count("skipped") == skipped)
    }

    @Test func noMoreRunsGoOnAtOnceThanTheJobAllows() async throws {
        let gate = TestGate()
        let process = try Fixture(overlap: .allow, concurrency: 2) { _ in try await gate.wait() }
        try await process.run {
            try await process.advance(to: 200)
            try await process.wait("the third is skipped") { process.count("skipped") == 1 }
            #expect(process.begun == [60, 120])
            #expect(try await process.recorded() == 180)
            gate.open()
            try await process.wait("both are over") { process.count("success") == 2 }
            try await process.advance(to: 240)
            try await process.wait("the next one runs") { process.begun == [60, 120, 240] }
        }
    }

    // MARK: Shutdown

    @Test func aShutdownWaitsForRunsButBeginsNone() async throws {
        let gate = TestGate()
        let process = try Fixture { _ in try await gate.wait() }
        let life = Task { await process.runner.run() }
        try await process.advance(to: 60)
        try await process.wait("the run begins") { gate.waitingCount == 1 }
        life.cancel()
        await life.value
        async let end: Void = process.runner.shutdown(deadline: .seconds(300))
        try await process.clock.waitForSleepers(1)
        process.clock.advance(by: .seconds(120))
        #expect(gate.waitingCount == 1)
        gate.open()
        await end
        #expect(process.begun == [60])
        #expect(process.count("success") == 1)
    }

    @Test func aRunThatIsNotDoneInTimeIsCutOffAndNotRepeated() async throws {
        let gate = TestGate()
        let process = try Fixture { _ in try await gate.wait() }
        let life = Task { await process.runner.run() }
        try await process.advance(to: 60)
        try await process.wait("the run begins") { gate.waitingCount == 1 }
        life.cancel()
        await life.value
        async let end: Void = process.runner.shutdown(deadline: .seconds(30))
        try await process.clock.waitForSleepers(1)
        process.clock.advance(by: .seconds(30))
        await end
        #expect(process.count("failure") == 1)

        let next = try Fixture(store: process.store, clock: process.clock)
        try await next.run {
            try await next.advance(to: 120)
            try await next.wait("the next slot is run") { next.count("success") == 1 }
        }
        #expect(next.begun == [120])
    }

    @Test func aShutdownWithoutRunsReturnsAtOnce() async throws {
        let process = try Fixture()
        try await process.run { try await process.clock.waitForSleepers(1) }
        #expect(process.clock.sleeperCount == 0)
    }
}
