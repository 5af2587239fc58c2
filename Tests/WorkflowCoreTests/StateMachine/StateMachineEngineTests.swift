import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite struct StateMachineEngineTests {
    @Test func keepsACompleteAndOrderedHistory() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        let created = try await fixture.engine.create("job", id: "1", data: ["a": 1], firing: "begin")
        #expect(created.currentState == "working")
        #expect(try await fixture.store.instance(id: "1") == created, "what is returned is what is stored")
        let failed = try await fixture.engine.fire("fail", on: "1", data: ["error": "no luck"])
        #expect(failed.completed)
        #expect(failed.error == "no luck")
        let again = try await fixture.engine.fire("restart", on: "1")
        #expect(!again.completed)
        #expect(again.error == nil)
        let done = try await fixture.engine.fire("succeed", on: "1")
        #expect(try await fixture.store.instance(id: "1") == done)
        let history = try await fixture.store.history(instanceID: "1", limit: 100)
        #expect(history.map(\.transition) == ["", "begin", "fail", "restart", "succeed"])
        #expect(history.map(\.version) == [1, 1, 2, 3, 4])
    }

    @Test func refusesASecondInstanceOfTheSameName() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        _ = try await fixture.engine.create("job", id: "1", data: [:])
        let error = await #expect(throws: StoreError.self) {
            try await fixture.engine.create("job", id: "1", data: [:])
        }
        #expect(error?.code == .conflict)
    }

    @Test func saysWhatIsMissing() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        let unknown = await #expect(throws: WorkflowError.self) {
            try await fixture.engine.create("jbo", id: "1", data: [:])
        }
        #expect(unknown?.code == .notFound)
        #expect(unknown?.message.contains("did you mean \"job\"") == true)
        let absent = await #expect(throws: WorkflowError.self) { try await fixture.engine.fire("begin", on: "2") }
        #expect(absent?.code == .notFound)
        #expect(throws: WorkflowError.self) { try fixture.engine.add(.job()) }
    }

    @Test func ofManyRacingTransitionsExactlyOneWins() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        for round in 0..<20 {
            let id = "\(round)"
            _ = try await fixture.engine.create("job", id: id, data: [:], firing: "begin")
            let codes = await withTaskGroup(of: WorkflowError.Code?.self) { group in
                for index in 0..<32 {
                    group.addTask {
                        do {
                            _ = try await fixture.engine.fire(index % 2 == 0 ? "succeed" : "fail", on: id)
                            return nil
                        } catch {
                            return (error as? WorkflowError)?.code ?? .internal
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0 == nil } == 1)
            #expect(codes.allSatisfy { $0 == nil || $0 == .conflict || $0 == .transitionRefused })
            #expect(try await fixture.store.history(instanceID: id, limit: 100).count == 3)
        }
    }

    @Test func mergesAndTransitionsDoNotLoseEachOther() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        _ = try await fixture.engine.create("job", id: "1", data: [:])
        try await withThrowingDiscardingTaskGroup { group in
            for index in 0..<100 {
                group.addTask { _ = try await fixture.engine.merge(["k\(index)": true], into: "1") }
            }
            group.addTask { _ = try await fixture.engine.fire("begin", on: "1", data: ["fired": true]) }
        }
        let instance = try #require(await fixture.store.instance(id: "1"))
        #expect(instance.data.count == 101)
        #expect(instance.currentState == "working")
        #expect(instance.version == 102)
    }

    @Test func mergeChecksTheVersionItIsGiven() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        let created = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
        let merged = try await fixture.engine.merge(["a": 1], into: "1", expectedVersion: created.version)
        let error = await #expect(throws: WorkflowError.self) {
            try await fixture.engine.merge(["a": 2], into: "1", expectedVersion: created.version)
        }
        #expect(error?.code == .conflict)
        _ = try await fixture.engine.merge(["a": 3], into: "1", expectedVersion: merged.version)
    }

    @Test func countsOpenInstances() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        let gauge = fixture.context.environment.metrics.activeWorkflows.with("job")
        for id in ["1", "2", "3"] { _ = try await fixture.engine.create("job", id: id, data: [:], firing: "begin") }
        _ = try await fixture.engine.fire("fail", on: "1")
        #expect(gauge.value == 2)
        _ = try await fixture.engine.fire("restart", on: "1")
        #expect(gauge.value == 3)
        try await fixture.engine.delete("1")
        _ = try await fixture.engine.fire("succeed", on: "2")
        #expect(gauge.value == 1)
        let counter = fixture.context.environment.metrics.stateTransitions
        #expect(counter.with("job", "begin", "success").value == 3)
        for name in ["begin", "made-up"] { _ = try? await fixture.engine.fire(name, on: "3") }
        #expect(counter.with("job", "begin", "refused").value == 1)
        #expect(counter.with("job", "unknown", "refused").value == 1)
    }

    @Test func sendsEventsOnlyWhereSomebodyListens() async throws {
        let definition = try StateMachineDefinition(
            name: "order-main", initialState: "new",
            states: ["new": .init(), "paid": .init(), "sent": .init(isFinal: true)],
            transitions: [
                "pay": .init(fromState: "new", toState: "paid"),
                "send": .init(fromState: "paid", toState: "sent", autoTransform: true),
            ])
        let fixture = try StateMachineFixture(definitions: [definition])
        let broker = InMemoryMessageBroker(name: "events", clock: fixture.clock)
        fixture.context.addBroker(broker, name: "events")
        _ = try await fixture.engine.create("order-main", id: "1", data: [:])
        let subscription = try await broker.subscribe(to: TopicPattern("order.sent"), name: "test", handler: Ignoring())
        _ = try await fixture.engine.fire("pay", on: "1", data: ["amount": 5])
        let events = try await fixture.store.outbox(limit: 10)
        #expect(events.map(\.topic) == ["order.sent"])
        #expect(events.first?.payload["amount"] == 5)
        #expect(events.first?.payload["eventType"] == "order.sent")
        #expect(events.first?.payload["id"] == "1")
        #expect(events.first?.key == "1")
        await subscription.cancel()
    }
}

private struct Ignoring: MessageHandler {
    func handle(_ message: Message) async throws {}
}

@Suite struct InstanceObserverTests {
    @Test func streamsEndWithTheLastChange() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        _ = try await fixture.engine.create("job", id: "1", data: [:])
        let changes = fixture.engine.changes(of: "1")
        let reader = Task {
            var states: [String] = []
            for await change in changes { states.append(change.currentState) }
            return states
        }
        _ = try await fixture.engine.fire("begin", on: "1")
        for index in 0..<50 { _ = try await fixture.engine.merge(["n": .integer(Int64(index))], into: "1") }
        _ = try await fixture.engine.fire("succeed", on: "1")
        #expect(await reader.value.last == "done")
        #expect(fixture.engine.observers.count == 0)
    }

    @Test func aStreamOpenedAfterCompletionGivesTheInstanceAndEnds() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
        _ = try await fixture.engine.fire("succeed", on: "1")
        var states: [String] = []
        for await change in fixture.engine.changes(of: "1") { states.append(change.currentState) }
        #expect(states == ["done"])
        #expect(fixture.engine.observers.count == 0)
    }

    @Test func aStreamOfNothingEndsAtOnce() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        for await _ in fixture.engine.changes(of: "none") { Issue.record("no change") }
    }

    @Test func streamsEndWhenTheInstanceIsRemoved() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        _ = try await fixture.engine.create("job", id: "1", data: [:])
        let changes = fixture.engine.changes(of: "1")
        try await fixture.engine.delete("1")
        for await _ in changes { Issue.record("no change") }
        #expect(fixture.engine.observers.count == 0)
    }

    @Test func aReaderThatIsCancelledLeavesNothingBehind() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        _ = try await fixture.engine.create("job", id: "1", data: [:])
        let reader = Task { for await _ in fixture.engine.changes(of: "1") {} }
        try await fixture.wait { fixture.engine.observers.count == 1 }
        reader.cancel()
        await reader.value
        #expect(fixture.engine.observers.count == 0)
    }

    /// The change of version 3 may be told before that of version 2.
    @Test func olderNewsDoNotReplaceNewerOnes() async throws {
        let observers = InstanceObservers()
        let old = StateMachineInstance(
            id: "1", workflowType: "job", currentState: "old", startTime: Timestamp(seconds: 0),
            lastUpdated: Timestamp(seconds: 0), version: 2)
        var new = old
        new.currentState = "new"
        new.version = 3
        let stream = observers.stream(of: "1") { old }
        observers.notify(new)
        observers.notify(old)
        observers.end("1")
        var states: [String] = []
        for await change in stream { states.append(change.currentState) }
        #expect(states == ["new"])
    }

    /// The store has the last change already, while the one who made it has not told of it yet.
    @Test func findsTheLastChangeThatIsNotToldYet() async throws {
        let observers = InstanceObservers()
        let open = StateMachineInstance(
            id: "1", workflowType: "job", currentState: "open", startTime: Timestamp(seconds: 0),
            lastUpdated: Timestamp(seconds: 0), version: 2)
        var done = open
        done.currentState = "done"
        done.version = 3
        done.completed = true
        let stream = observers.stream(of: "1") { [done] in done }
        observers.notify(open)
        var states: [String] = []
        for await change in stream { states.append(change.currentState) }
        #expect(states == ["open", "done"])
    }

    @Test func losesNoLastChangeWhileManyFire() async throws {
        let fixture = try StateMachineFixture(definitions: [.job()])
        for round in 0..<200 {
            let id = "\(round)"
            _ = try await fixture.engine.create("job", id: id, data: [:], firing: "begin")
            let changes = fixture.engine.changes(of: id)
            async let last: StateMachineInstance? = {
                var last: StateMachineInstance?
                for await change in changes { last = change }
                return last
            }()
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<4 { group.addTask { _ = try await fixture.engine.merge(["x": 1], into: id) } }
                group.addTask { _ = try await fixture.engine.fire("succeed", on: id) }
            }
            let final = await last
            #expect(final?.completed == true)
        }
    }
}
