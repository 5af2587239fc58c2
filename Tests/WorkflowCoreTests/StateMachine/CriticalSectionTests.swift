import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

/// Critical sections of hooks within one process.
@Suite(.timeLimit(.minutes(2))) struct CriticalSectionTests {
    private let policy = StepPolicy(
        successTransition: "succeed", compensateTransition: "fail", maxRetries: 2, timeout: .seconds(3600))

    private func fixture(
        section: String, timeout: Duration = CriticalSection.usualTimeout, store: any StateStore = InMemoryStateStore(),
        _ body: @escaping @Sendable (StepInvocation) async throws -> JSONObject
    ) throws -> StateMachineFixture {
        let name = try Expression(section)
        let hook = TransitionHook(
            toStates: ["working"], handler: "step", criticalSection: CriticalSection(name: name, timeout: timeout))
        return try StateMachineFixture(
            store, definitions: [.job()], hooks: [hook], steps: ["step": ClosureStep(policy, body)])
    }

    @Test func runsOfOneSectionComeOneAfterTheOther() async throws {
        let gate = TestGate()
        let log = CallLog()
        let fixture = try fixture(section: "'stock-' + sku") { invocation in
            log.add(invocation.instanceID)
            try await gate.wait()
            return [:]
        }
        try await fixture.run {
            for (id, sku) in [("1", "a"), ("2", "a"), ("3", "b")] {
                _ = try await fixture.engine.create("job", id: id, data: ["sku": .string(sku)], firing: "begin")
            }
            try await fixture.wait { gate.waitingCount == 2 }
            #expect(log.all.count == 2)
            #expect(log.count("3") == 1)
            gate.open()
            try await fixture.wait { try await !fixture.workLeft() }
            #expect(log.all.count == 3)
            #expect(try await fixture.state("2") == "done")
        }
    }

    @Test func aRunThatWaitedTooLongIsTriedAgainAndHasNotFailed() async throws {
        let gate = TestGate()
        let attempts = Mutex<[Int]>([])
        let fixture = try fixture(section: "'s'", timeout: .seconds(10)) { invocation in
            if invocation.instanceID == "1" {
                try await gate.wait()
            } else {
                attempts.withLock { $0.append(invocation.attempt) }
            }
            return [:]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { gate.waitingCount == 1 }
            _ = try await fixture.engine.create("job", id: "2", data: [:], firing: "begin")
            let store = fixture.store
            func message() async throws -> String? {
                for owner in try await fixture.leasedItems() where owner.instanceID == "2" { return owner.lastError }
                return nil
            }
            try await fixture.advance { try await message() != nil }
            #expect(try await message() == "The critical section \"s\" was not free within 10.0 seconds.")
            gate.open()
            try await fixture.advance { try await store.nextWorkDue() == nil }
            #expect(attempts.withLock { $0 } == [1])
            #expect(try await fixture.state("2") == "done")
        }
    }

    @Test(arguments: [
        ("missing", "The critical section cannot be evaluated: Its name is neither a text nor a number."),
        ("''", "The critical section cannot be evaluated: Its name is neither a text nor a number."),
    ])
    func aSectionWithoutANameIsAnError(section: String, message: String) async throws {
        let fixture = try fixture(section: section) { _ in [:] }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { try await fixture.leasedItems().first?.lastError != nil }
            #expect(try await fixture.leasedItems().first?.lastError == message)
        }
    }

    @Test func aRunWhoseSectionIsLostIsCutOffAndRunsAgain() async throws {
        let gate = TestGate()
        let store = SectionStore()
        let ends = CallLog()
        let fixture = try fixture(section: "'s'", store: store) { _ in
            do { try await gate.wait() } catch {
                ends.add("cut off")
                throw error
            }
            return [:]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { gate.waitingCount == 1 }
            store.lose()
            try await fixture.wait { ends.all == ["cut off"] }
            gate.open()
            try await fixture.advance { try await !fixture.workLeft() }
            #expect(try await fixture.state("1") == "done")
            #expect(store.left == 2)
        }
    }
}

/// A store whose sections are lost when a test says so.
private final class SectionStore: ForwardingStateStore {
    let base: any StateStore = InMemoryStateStore()
    private let losses = Mutex<[@Sendable () -> Void]>([])
    private let leaving = Atomic(0)

    var left: Int { leaving.load(ordering: .relaxed) }
    func lose() { for lost in losses.withLock({ $0 }) { lost() } }

    func enterSection(
        _ name: String, within timeout: Duration, lost: @escaping @Sendable () -> Void
    ) async throws -> (@Sendable () async -> Void)? {
        losses.withLock { $0.append(lost) }
        return { [self] in leaving.add(1, ordering: .relaxed) }
    }
}

extension StateMachineFixture {
    /// The work that the run of this fixture holds.
    fileprivate func leasedItems() async throws -> [WorkItem] {
        var items: [WorkItem] = []
        for id in try await store.leasedWork(owner: context.work.owner).keys {
            if let item = try await store.workItem(id: id) { items.append(item) }
        }
        return items
    }
}
