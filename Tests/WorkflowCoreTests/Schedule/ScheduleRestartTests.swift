import Testing
import WorkflowTesting

@testable import WorkflowCore

/// What several runners, one after the other or at the same time, make of one store.
@Suite struct ScheduleRestartTests {
    typealias Fixture = ScheduleRunnerFixture

    @Test(arguments: [
        (ScheduleStateMachine.MissedRunPolicy.skip, [1800]), (.once, [1500, 1800]),
        (.all(), [600, 900, 1200, 1500, 1800]), (.all(limit: 2), [1200, 1500, 1800]),
    ])
    func afterARestartMissedRunsMeetThePolicy(
        missed: ScheduleStateMachine.MissedRunPolicy, slots: [Int]
    ) async throws {
        let before = try Fixture("*/5 * * * *", missed: missed)
        try await before.run {
            try await before.advance(to: 300)
            try await before.wait("the first run") { before.count("success") == 1 }
        }
        before.clock.advance(by: .seconds(1470))
        let after = try Fixture("*/5 * * * *", store: before.store, clock: before.clock, missed: missed)
        try await after.run {
            try await after.wait("the missed runs") { after.count("success") == slots.count - 1 }
            try await after.advance(to: 1800)
            try await after.wait("the next run") { after.count("success") == slots.count }
        }
        #expect(after.begun == slots)
    }

    @Test func aSlotThatWaitedInTheQueueIsRunAfterARestart() async throws {
        let gate = TestGate()
        let before = try Fixture(overlap: .queue()) { _ in try await gate.wait() }
        try await before.run {
            try await before.advance(to: 130)
            try await before.wait("the record stays before the waiting slot") {
                try await before.recorded().map { $0 >= 60 && $0 < 120 } ?? false
            }
        }
        let after = try Fixture(store: before.store, clock: before.clock, overlap: .queue())
        try await after.run { try await after.wait("the slot is run") { after.count("success") == 1 } }
        #expect(before.begun == [60])
        #expect(after.begun == [120])
    }

    @Test func aNewJobBeginsNowAndSurvivesARestartBeforeItsFirstSlot() async throws {
        let before = try Fixture("@hourly")
        try await before.run { try await before.clock.waitForSleepers(1) }
        #expect(try await before.recorded() == 0)
        before.clock.advance(by: .seconds(4000))
        let after = try Fixture("@hourly", store: before.store, clock: before.clock)
        try await after.run { try await after.wait("the missed run") { after.count("success") == 1 } }
        #expect(after.begun == [3600])
    }

    @Test func aChangedScheduleBeginsANewRecord() async throws {
        let before = try Fixture()
        try await before.run {
            try await before.advance(to: 60)
            try await before.wait("the run") { before.count("success") == 1 }
        }
        before.clock.advance(by: .seconds(7260))
        let after = try Fixture("30 * * * *", store: before.store, clock: before.clock)
        try await after.run { try await after.clock.waitForSleepers(1) }
        #expect(after.begun.isEmpty)
        #expect(try await after.recorded() == 7320)
    }

    @Test func twoRunnersOnOneStoreRunEachSlotOnce() async throws {
        let (store, clock) = (InMemoryStateStore(), TestClock())
        let (one, other) = (try Fixture(store: store, clock: clock), try Fixture(store: store, clock: clock))
        try await one.run {
            try await other.run {
                for minute in 1...10 {
                    try await one.advance(to: 60 * minute, sleepers: 2)
                    try await one.wait("slot \(minute)") { one.count("success") + other.count("success") == minute }
                }
                // Both have looked at the last slot when they sleep again.
                try await clock.waitForSleepers(2)
            }
        }
        #expect((one.begun + other.begun).sorted() == (1...10).map { 60 * $0 })
        #expect(one.count("skipped") + other.count("skipped") == 0)
    }

    @Test func theClaimDecidesAndAfterItTheRecord() async throws {
        let (store, clock) = (InMemoryStateStore(), TestClock())
        let schedule = try Schedule("* * * * *")
        func ledger(_ owner: String) -> ScheduleLedger {
            ScheduleLedger(job: "job", schedule: schedule, store: store, clock: clock, owner: owner)
        }
        _ = try await ledger("one").open()
        clock.advance(by: .seconds(60))
        let run = ScheduledRun(job: "job", scheduledTime: clock.now)
        #expect(try await ledger("one").begin(run))
        #expect(try await !ledger("other").begin(run))
        clock.advance(by: ScheduleLedger.claimTime)
        #expect(try await !ledger("other").begin(run))
        #expect(try await ledger("other").open() == run.scheduledTime)
        // What is settled stays so.
        try await ledger("other").settle(through: Fixture.start)
        #expect(try await ledger("other").open() == run.scheduledTime)
    }

    @Test(arguments: [true, false])
    func aRunWaitsForTheStoreAndIsPerformedOnce(isCommitted: Bool) async throws {
        let attempts = TestCounter()
        let store = FailingStore(base: InMemoryStateStore()) { transaction in
            guard case .createValue = transaction.operations.first, attempts.increment() == 1 else { return nil }
            return (StoreError(.unavailable, "told to fail"), isCommitted)
        }
        let process = try Fixture(store: store)
        try await process.run {
            try await process.advance(to: 62)
            try await process.wait("the run") { process.count("success") == 1 }
        }
        #expect(process.begun == [60])
        #expect(attempts.value == (isCommitted ? 1 : 2))
    }
}
