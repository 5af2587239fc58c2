import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct StateTrackerTests {
    @Test func aStateThatIsSetIsKeptWithTheOneBefore() async throws {
        let store = InMemoryStateStore()
        let clock = TestClock()
        let tracker = StateTracker(store: store, clock: clock)
        #expect(try await tracker.state(of: "tickets", id: "1") == nil)
        try await tracker.setState("open", of: "tickets", id: "1", data: ["by": "ann"])
        clock.advance(by: .seconds(5))
        try await tracker.setState("closed", of: "tickets", id: "1")
        // Another tracker over the same store, as after a restart.
        let state = try #require(try await StateTracker(store: store, clock: clock).state(of: "tickets", id: "1"))
        #expect(state.currentState == "closed")
        #expect(state.previousState == "open")
        #expect(state.lastUpdate == clock.now)
        #expect(
            state.json == [
                "id": "1", "resourceType": "tickets", "currentState": "closed", "previousState": "open",
                "lastUpdate": .string(clock.now.description),
            ])
    }

    @Test func listenersHearOfTheirTypeOrOfAll() async throws {
        let tracker = StateTracker(store: InMemoryStateStore(), clock: SystemClock())
        var tickets = tracker.changes(of: "tickets").makeAsyncIterator()
        var all = tracker.changes().makeAsyncIterator()
        try await tracker.setState("open", of: "users", id: "u")
        try await tracker.setState("open", of: "tickets", id: "t")
        #expect(await tickets.next()?.id == "t")
        #expect(await all.next()?.id == "u")
        #expect(await all.next()?.id == "t")
    }

    @Test func aMappedResourceShowsTheStateOfItsInstance() async throws {
        try await TestApplication.run(StateMachineWorkflowTests.yaml) { app in
            let tracker = try #require(app.engine.runningGeneration).stateTracker
            var changes = tracker.changes(of: "orders").makeAsyncIterator()
            _ = try await app.engine.invoke("order-processing", action: "check", data: ["id": "o1"])
            #expect(await changes.next()?.currentState == "checking")
            let state = try #require(try await tracker.state(of: "orders", id: "o1"))
            #expect(state.currentState == "checking")
            #expect(state.previousState == "new")
            let error = await #expect(throws: WorkflowError.self) {
                try await tracker.setState("done", of: "orders", id: "o1")
            }
            #expect(error?.code == .conflict)
            // The other definition of the engine is not mapped.
            _ = try await app.engine.invoke("delivery", action: "begin", data: ["id": "d1"])
            #expect(try await tracker.state(of: "orders", id: "d1") == nil)
        }
    }

    @Test func itDoesNotKeepTheEngineThatItObserves() async throws {
        weak var machine: StateMachineEngine?
        try await TestApplication.run(StateMachineWorkflowTests.yaml) { app in
            machine = try app.machine()
            #expect(machine != nil)
        }
        #expect(machine == nil)
    }

    @Test func withoutMappingsResourcesAreNamedAfterTheirDefinition() async throws {
        let yaml = """
            modules:
              - {name: machines, type: statemachine.engine}
              - {name: workflow.service.statetracker, type: state.tracker}
              - {name: workflow.connector.statemachine, type: state.connector}
            workflows:
              statemachine:
                definitions:
                  - name: order-processing
                    initialState: new
                    states: {new: , done: {isFinal: true}}
                    transitions: {finish: {fromState: new, toState: done}}
            """
        try await TestApplication.run(yaml) { app in
            _ = try await app.engine.invoke("order-processing", action: "finish", data: ["id": "1"])
            let tracker = try app.engine.service(StateTracker.self, named: "workflow.service.statetracker")
            #expect(try await tracker.state(of: "order_processing", id: "1")?.currentState == "done")
            #expect(try app.engine.service(StateConnectorModule.self).mappings.count == 1)
        }
    }
}
