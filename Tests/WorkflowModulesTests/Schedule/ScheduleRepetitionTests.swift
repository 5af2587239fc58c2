import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// Runs that begin again because their process has gone away before their end.
@Suite struct ScheduleRepetitionTests {
    private static let yaml = """
        modules:
          - {name: events, type: messaging.broker}
          - {name: machines, type: statemachine.engine}
          - {name: listener, type: test.recorder}
        workflows:
          messaging:
            subscriptions: [{topic: seen.*, handler: listener}]
          statemachine:
            definitions:
              - name: review
                initialState: new
                states: {new: , open: , done: {isFinal: true}}
                transitions:
                  open: {fromState: new, toState: open}
                  again: {fromState: open, toState: open}
                  finish: {fromState: open, toState: done}
        triggers:
          schedule:
            jobs:
              - {name: begin, cron: '1 9 5 1 *', workflow: review, action: open}
              - {name: repeat, cron: '1 9 5 1 *', workflow: review, action: again, params: {id: r1}}
              - {name: tell, cron: '1 9 5 1 *', workflow: messaging, action: seen.x}
        """
    private static let jobs = ["begin", "repeat", "tell"]
    private static let slot = "2026-01-05T09:01:00Z"

    /// Makes it look as if a process had begun the runs and had gone away.
    private func interrupt(_ store: any StateStore, after operations: [StoreTransaction.Operation] = []) async throws {
        let claims = Self.jobs.map { job in
            StoreTransaction.Operation.setValue(
                namespace: "workflow.schedules.open", key: "\(job)@\(Self.slot)",
                value: ["owner": "gone", "attempt": 1], expiresAt: nil)
        }
        try await store.commit(StoreTransaction(operations + claims))
    }

    private func transitions(_ id: String, _ store: any StateStore) async throws -> [String] {
        try await store.history(instanceID: id, limit: 100).map(\.transition).filter { !$0.isEmpty }
    }

    @Test func aTransitionThatWasMadeIsNotMadeAgain() async throws {
        let (clock, store) = (TestClock(), InMemoryStateStore())
        try await ScheduleApplication.run(Self.yaml, jobs: Self.jobs, clock: clock, store: store) { application in
            let engine = try application.app.engine.service(StateMachineEngine.self)
            _ = try await engine.create("review", id: "r1", data: [:], firing: "open")
            clock.advance(by: .seconds(60))
            for job in Self.jobs { try await application.wait(job, runs: 1) }
        }
        #expect(try await transitions("r1", store) == ["open", "again"])
        #expect(try await transitions("begin@\(Self.slot)", store) == ["open"])

        try await interrupt(store)
        try await ScheduleApplication.run(Self.yaml, jobs: Self.jobs, clock: clock, store: store) { application in
            for job in Self.jobs { try await application.wait(job, runs: 1) }
            // Messages come again, by the same identifier.
            let seen = try await application.app.recorder("listener").waitForMessages(1)
            #expect(seen.map(\.id) == ["schedule/tell@\(Self.slot)>seen.x"])
        }
        #expect(try await transitions("r1", store) == ["open", "again"])
        #expect(try await transitions("begin@\(Self.slot)", store) == ["open"])
    }

    @Test func aTransitionThatWasNotMadeIsMade() async throws {
        let (clock, store) = (TestClock(), InMemoryStateStore())
        try await ScheduleApplication.run(Self.yaml, jobs: Self.jobs, clock: clock, store: store) { application in
            let engine = try application.app.engine.service(StateMachineEngine.self)
            _ = try await engine.create("review", id: "r1", data: [:], firing: "open")
        }
        clock.advance(by: .seconds(60))
        try await interrupt(store, after: Self.settled(Self.slot))
        try await ScheduleApplication.run(Self.yaml, jobs: Self.jobs, clock: clock, store: store) { application in
            for job in Self.jobs { try await application.wait(job, runs: 1) }
        }
        #expect(try await transitions("r1", store) == ["open", "again"])
        #expect(try await transitions("begin@\(Self.slot)", store) == ["open"])
    }

    @Test func aTransitionIsNotRiskedWhenItIsNotKnownAnyMoreWhetherItWasMade() async throws {
        let (clock, store) = (TestClock(), InMemoryStateStore())
        try await ScheduleApplication.run(Self.yaml, jobs: Self.jobs, clock: clock, store: store) { application in
            let engine = try application.app.engine.service(StateMachineEngine.self)
            _ = try await engine.create("review", id: "r1", data: [:], firing: "open")
        }
        clock.advance(by: .seconds(60 + 3600))
        try await interrupt(store, after: Self.settled(Self.slot))
        try await ScheduleApplication.run(Self.yaml, jobs: Self.jobs, clock: clock, store: store) { application in
            try await application.wait("repeat", "failure", runs: 1)
            // What begins with the run itself can be found for ever.
            try await application.wait("begin", runs: 1)
        }
        #expect(try await transitions("r1", store) == ["open"])
    }

    /// The records as they are when the runs have begun: nothing is missed.
    private static func settled(_ slot: String) -> [StoreTransaction.Operation] {
        jobs.map { job in
            .setValue(
                namespace: "workflow.schedules", key: job,
                value: ["schedule": "1 9 5 1 * UTC", "through": .string(slot)], expiresAt: nil)
        }
    }
}
