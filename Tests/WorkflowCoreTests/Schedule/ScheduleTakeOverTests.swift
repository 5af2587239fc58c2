import Testing
import WorkflowTesting

@testable import WorkflowCore

/// What becomes of runs whose process has gone away before their end.
@Suite struct ScheduleTakeOverTests {
    typealias Fixture = ScheduleRunnerFixture

    /// A store in which a process has begun the run of second 60 and is gone since.
    private func interrupted(clock: TestClock) async throws -> InMemoryStateStore {
        let store = InMemoryStateStore()
        let ledger = try ledger("gone", store, clock)
        _ = try await ledger.open()
        clock.advance(by: .seconds(60))
        #expect(try await ledger.begin(ScheduledRun(job: "job", scheduledTime: clock.now)))
        return store
    }

    private func ledger(_ owner: String, _ store: any StateStore, _ clock: TestClock) throws -> ScheduleLedger {
        ScheduleLedger(job: "job", schedule: try Schedule("* * * * *"), store: store, clock: clock, owner: owner)
    }

    private func claims(_ store: any StateStore, _ clock: TestClock) async throws -> [ScheduleClaim] {
        try await ScheduleClaim.all(in: store, now: clock.now)
    }

    @Test(arguments: [ScheduleStateMachine.MissedRunPolicy.skip, .once, .all()])
    func aRunThatWasInterruptedBeginsAgainOnce(missed: ScheduleStateMachine.MissedRunPolicy) async throws {
        let clock = TestClock()
        let store = try await interrupted(clock: clock)
        clock.advance(by: .seconds(30))
        let next = try Fixture(store: store, clock: clock, missed: missed) { run in
            guard run.attempt == 2 else { throw WorkflowError(.internal, "attempt \(run.attempt)") }
        }
        try await next.run { try await next.wait("the run") { next.count("success") == 1 } }
        #expect(next.begun == [60])
        #expect(try await claims(store, clock) == [])

        let last = try Fixture(store: store, clock: clock, missed: missed)
        try await last.run {
            try await last.advance(to: 120)
            try await last.wait("the next slot") { last.count("success") == 1 }
        }
        #expect(last.begun == [120])
    }

    @Test func aRunThatWasInterruptedLongAgoIsSkippedAsMissedRunsAre() async throws {
        let clock = TestClock()
        let store = try await interrupted(clock: clock)
        clock.advance(by: .seconds(61))
        let next = try Fixture("@hourly", store: store, clock: clock, missed: .skip)
        try await next.run {
            try await next.wait("it is skipped") { next.count("skipped") == 1 }
            try await next.wait("it is forgotten") { try await claims(store, clock).isEmpty }
        }
        #expect(next.begun == [])
    }

    @Test func whatWasMissedRunsBesidesWhatWasInterrupted() async throws {
        let clock = TestClock()
        let store = try await interrupted(clock: clock)
        clock.advance(by: .seconds(190))
        let next = try Fixture(store: store, clock: clock, missed: .once)
        try await next.run { try await next.wait("both run") { next.count("success") == 2 } }
        #expect(next.begun == [240, 60])
        #expect(next.count("skipped") == 1)
    }

    @Test func aSlotThatIsDueWhileARunIsRepeatedWaits() async throws {
        let clock = TestClock()
        let store = try await interrupted(clock: clock)
        let gate = TestGate()
        let next = try Fixture(store: store, clock: clock, overlap: .skip) { run in
            if run.attempt > 1 { try await gate.wait() }
        }
        try await next.run {
            try await next.advance(to: 185)
            try await next.wait("the second slot is skipped") { next.count("skipped") == 1 }
            #expect(next.begun == [60])
            gate.open()
            try await next.wait("the first slot runs") { next.count("success") == 2 }
        }
        #expect(next.begun == [60, 120])
    }

    @Test func oneOfSeveralTakesARunOver() async throws {
        let clock = TestClock()
        let store = try await interrupted(clock: clock)
        let again = ScheduledRun(job: "job", scheduledTime: clock.now, attempt: 2)
        let (one, other) = (try ledger("one", store, clock), try ledger("other", store, clock))
        #expect(try await one.begin(again))
        // The answer was lost: it asks once more.
        #expect(try await one.begin(again))
        #expect(try await !other.begin(again))
        #expect(try await claims(store, clock) == [ScheduleClaim(run: again, owner: "one")])

        // Who looked before the end and comes late gets nothing.
        try await store.commit(StoreTransaction([ScheduleClaim.remove(again)]))
        #expect(try await !other.begin(again))
        #expect(try await !ledger("gone", store, clock).begin(ScheduledRun(job: "job", scheduledTime: clock.now)))
    }

    @Test func oneOfManyThatComeAtTheSameTimeTakesARunOver() async throws {
        let clock = TestClock()
        let store = try await interrupted(clock: clock)
        for attempt in 2...20 {
            let again = ScheduledRun(job: "job", scheduledTime: clock.now, attempt: attempt)
            let takers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<16 {
                    let ledger = try ledger("\(number)", store, clock)
                    group.addTask { try await ledger.begin(again) }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(takers == 1)
        }
    }

    @Test func theClaimOnAJobWhoseNameHasAnAtSignIsRead() throws {
        let run = ScheduledRun(job: "mail@home", scheduledTime: Fixture.start, attempt: 3)
        let claim = ScheduleClaim(run: run, owner: "one")
        guard case .setValue(_, let key, let value, _) = claim.set(now: Fixture.start) else {
            Issue.record("not a value")
            return
        }
        #expect(ScheduleClaim(key: key, value: value) == claim)
        #expect(ScheduleClaim(key: "mail", value: value) == nil)
    }
}

/// How a job begins its record.
@Suite struct ScheduleRecordTests {
    @Test(arguments: ["* * * * *", "*/2 * * * *"])
    func whoOpensAJobLateDoesNotOverwriteWhatOthersHaveRecorded(before: String) async throws {
        let (base, clock) = (InMemoryStateStore(), TestClock())
        func ledger(_ schedule: String, _ store: any StateStore) throws -> ScheduleLedger {
            ScheduleLedger(job: "job", schedule: try Schedule(schedule), store: store, clock: clock, owner: "one")
        }
        // The job is new, or had another schedule.
        if before != "* * * * *" { _ = try await ledger(before, base).open() }
        let start = try await ledger("* * * * *", base).open()
        clock.advance(by: .seconds(100))
        // It has looked before the other one opened the job, and goes on now: what it commits is in conflict.
        let marker = "job \(try Schedule("* * * * *").signature)"
        await #expect(throws: StoreError.self) {
            try await base.commit(
                StoreTransaction([
                    .createValue(
                        namespace: ScheduleLedger.claimNamespace, key: marker, value: "late", now: clock.now,
                        expiresAt: nil)
                ]))
        }
        #expect(try await ledger("* * * * *", base).open() == start)
    }

    @Test func aScheduleThatIsChangedBackBeginsAgain() async throws {
        let (store, clock) = (InMemoryStateStore(), TestClock())
        for _ in 0..<2 {
            for schedule in ["* * * * *", "*/2 * * * *"] {
                clock.advance(by: .seconds(100))
                let ledger = ScheduleLedger(
                    job: "job", schedule: try Schedule(schedule), store: store, clock: clock, owner: "one")
                #expect(try await ledger.open() == clock.now)
            }
        }
    }
}
