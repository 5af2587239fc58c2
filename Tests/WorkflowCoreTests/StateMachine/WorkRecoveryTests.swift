import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

/// What becomes of work when the process or the store fails.
@Suite(.timeLimit(.minutes(2))) struct WorkRecoveryTests {
    private let hook = TransitionHook(toStates: ["working"], handler: "step")
    private let policy = StepPolicy(successTransition: "succeed", compensateTransition: "fail", maxRetries: 2)

    private func fixture(
        _ store: any StateStore, clock: TestClock = TestClock(),
        _ body: @escaping @Sendable (StepInvocation) async throws -> JSONObject
    ) throws -> StateMachineFixture {
        try StateMachineFixture(
            store, clock: clock, definitions: [.job()], hooks: [hook], steps: ["step": ClosureStep(policy, body)])
    }

    @Test func theNextRunTakesOverEverythingOnce() async throws {
        let store = InMemoryStateStore()
        let clock = TestClock()
        let gate = TestGate()
        let first = try fixture(store, clock: clock) { invocation in
            if invocation.instanceID == "retry" { throw WorkflowError(.unavailable, "later") }
            try await gate.wait()
            return [:]
        }
        try await first.run {
            for id in 0..<600 { _ = try await first.engine.create("job", id: "\(id)", data: [:], firing: "begin") }
            _ = try await first.engine.create("job", id: "retry", data: [:], firing: "begin")
            try await first.wait { gate.waitingCount == 512 }
        }
        #expect(try await first.state("0") == "working")
        let log = CallLog()
        // The clock of the machine was set back between the runs.
        let second = try fixture(store, clock: TestClock(now: clock.now.advanced(by: .seconds(-10)))) { invocation in
            log.add(invocation.instanceID)
            return [:]
        }
        try await second.run { try await second.advance { try await !second.workLeft() } }
        #expect(log.all.count == 601)
        #expect(Set(log.all).count == 601)
        #expect(try await second.state("599") == "done")
    }

    @Test func moreThanFitsIntoMemoryIsDoneAllTheSame() async throws {
        let store = InMemoryStateStore()
        let gate = TestGate()
        let log = Mutex<[String: Int]>([:])
        let fixture = try fixture(store) { invocation in
            try await gate.wait()
            log.withLock { $0[invocation.instanceID, default: 0] += 1 }
            return [:]
        }
        try await fixture.run {
            for id in 0..<12_500 { _ = try await fixture.engine.create("job", id: "\(id)", data: [:], firing: "begin") }
            gate.open()
            try await fixture.wait { try await !fixture.workLeft() }
        }
        log.withLock { log in
            #expect(log.count == 12_500)
            #expect(log.values.allSatisfy { $0 == 1 })
        }
    }

    @Test func workLeftWithoutLeaseForLaterRunsWhenItIsDue() async throws {
        let store = InMemoryStateStore()
        let clock = TestClock()
        let fixture = try fixture(store, clock: clock) { _ in [:] }
        _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
        var item = try #require(
            try await store.claimWork(
                owner: "x", now: clock.now, leaseUntil: clock.now, limit: 1
            ).first)
        item.leaseOwner = nil
        item.leaseUntil = nil
        item.notBefore = clock.now.advanced(by: .seconds(3600))
        try await store.commit(StoreTransaction([.updateWork(item, expectedToken: item.fencingToken)]))
        try await fixture.run {
            try await clock.waitForSleepers(1)
            #expect(try await fixture.state("1") == "working")
            clock.advance(by: .seconds(3600))
            try await fixture.wait { try await fixture.state("1") == "done" }
        }
    }

    @Test func aFullDiskWhileAnOutcomeIsAppliedDoesNotRunTheStepAgain() async throws {
        let failures = Mutex(5)
        let store = FailingStore(base: InMemoryStateStore()) { transaction in
            let isOutcome = transaction.operations.contains { if case .finishWork = $0 { true } else { false } }
            guard isOutcome,
                failures.withLock({ count in
                    count -= 1
                    return count >= 0
                })
            else { return nil }
            return (StoreError(.storageFull, "full"), false)
        }
        let log = CallLog()
        let fixture = try fixture(store) { _ in
            log.add("call")
            return ["n": .integer(Int64(log.count("call")))]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.advance { try await fixture.state("1") == "done" }
        }
        #expect(log.count("call") == 1)
        #expect(try await store.instance(id: "1")?.data["n"] == 1)
    }

    @Test func aStoreErrorThatAStepThrowsIsAFailureOfTheStep() async throws {
        let log = CallLog()
        let fixture = try fixture(InMemoryStateStore()) { _ in
            log.add("call")
            throw StoreError(.unavailable, "the step's own database is down")
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.advance { try await fixture.state("1") == "failed" }
        }
        #expect(log.count("call") == 3)
    }

    @Test func anOwnerThatLostItsLeaseAppliesNothing() async throws {
        let store = InMemoryStateStore()
        let gate = TestGate()
        let fixture = try fixture(store) { _ in
            try await gate.wait()
            return ["late": true]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { gate.waitingCount == 1 }
            let stolen = try await store.claimWork(
                owner: "other", now: Timestamp(nanoseconds: .max), leaseUntil: Timestamp(nanoseconds: .max), limit: 1)
            #expect(stolen.count == 1)
            gate.open()
            await fixture.context.work.drain()
        }
        #expect(try await fixture.state("1") == "working")
        #expect(try await fixture.workLeft())
    }

    /// The connection breaks after the commit, or before it; the caller cannot know.
    @Test(arguments: [true, false]) func workOfACommitWithUnknownOutcomeRunsIfItWasMade(isCommitted: Bool) async throws
    {
        let hasFailed = Mutex(false)
        let store = FailingStore(base: InMemoryStateStore()) { transaction in
            guard case .createInstance = transaction.operations.first,
                hasFailed.withLock({ failed in
                    defer { failed = true }
                    return !failed
                })
            else { return nil }
            return (StoreError(.unavailable, "connection lost"), isCommitted)
        }
        let log = CallLog()
        let fixture = try fixture(store) { invocation in
            log.add(invocation.instanceID)
            return [:]
        }
        // The lease that the commit carries is granted only while the dispatcher runs.
        try await fixture.run {
            try await fixture.wait { fixture.context.work.reserveLease(for: "probe", now: fixture.clock.now) != nil }
            await #expect(throws: StoreError.self) {
                try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            }
            _ = try await fixture.engine.create("job", id: "2", data: [:], firing: "begin")
            try await fixture.wait { try await fixture.state("2") == "done" }
            if isCommitted { try await fixture.advance { try await fixture.state("1") == "done" } }
        }
        #expect(log.count("1") == (isCommitted ? 1 : 0))
    }

    /// The first of two handlers fires a transition that may follow itself, and the answer to its commit is lost.
    @Test func anOutcomeWhoseAnswerWasLostIsNotAppliedTwice() async throws {
        let hasFailed = Mutex(false)
        let store = FailingStore(base: InMemoryStateStore()) { transaction in
            let isOutcome = transaction.operations.contains { if case .updateWork = $0 { true } else { false } }
            guard isOutcome,
                hasFailed.withLock({ failed in
                    defer { failed = true }
                    return !failed
                })
            else { return nil }
            return (StoreError(.unavailable, "connection lost"), true)
        }
        let log = CallLog()
        let definition = try StateMachineDefinition(
            name: "job", initialState: "new",
            states: ["new": .init(), "working": .init(), "done": .init(isFinal: true)],
            transitions: [
                "begin": .init(fromState: "new", toState: "working"),
                "progress": .init(fromState: "working", toState: "working"),
                "finish": .init(fromState: "working", toState: "done"),
            ])
        func step(_ name: String, _ transition: String) -> ClosureStep {
            ClosureStep(StepPolicy(successTransition: transition)) { _ in
                log.add(name)
                return [:]
            }
        }
        let fixture = try StateMachineFixture(
            store, definitions: [definition],
            hooks: ["first", "second"].map { TransitionHook(transitions: ["begin"], handler: $0) },
            steps: ["first": step("first", "progress"), "second": step("second", "finish")])
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.advance { try await fixture.state("1") == "done" }
        }
        #expect(log.all == ["first", "second"])
        #expect(
            try await store.history(instanceID: "1", limit: 9).map(\.transition) == ["", "begin", "progress", "finish"])
    }

    @Test func aStoreThatCannotBeReadAtFirstIsTriedAgain() async throws {
        let failures = Mutex(3)
        let store = FailingStore(base: InMemoryStateStore()) { transaction in
            guard case .setValue = transaction.operations.first,
                failures.withLock({ count in
                    count -= 1
                    return count >= 0
                })
            else { return nil }
            return (StoreError(.unavailable, "not yet"), false)
        }
        let fixture = try fixture(store) { _ in [:] }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.advance { try await fixture.state("1") == "done" }
        }
    }

    @Test func tenThousandInstancesWithRandomFailuresAllEnd() async throws {
        let store = InMemoryStateStore()
        let generator = Mutex(SeededGenerator(seed: 7))
        let fixture = try fixture(store) { _ in
            switch generator.withLock({ $0.next() % 10 }) {
            case 0, 1, 2: throw WorkflowError(.unavailable, "try again")
            case 3: return ["success": false]
            default: return ["ok": true]
            }
        }
        try await fixture.run {
            await withDiscardingTaskGroup { group in
                for part in 0..<10 {
                    group.addTask {
                        for id in 0..<1000 {
                            _ = try? await fixture.engine.create("job", id: "\(part)-\(id)", data: [:], firing: "begin")
                        }
                    }
                }
            }
            try await fixture.advance { try await !fixture.workLeft() }
        }
        #expect(try await store.openInstances(after: nil, limit: 10).isEmpty)
        #expect(fixture.context.environment.metrics.activeWorkflows.with("job").value == 0)
        #expect(fixture.context.environment.metrics.workItemsInFlight.with().value == 0)
    }
}
