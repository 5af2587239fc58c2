import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct StateMachineWorkflowTests {
    static let yaml = """
        modules:
          - name: machines
            type: statemachine.engine
          - name: watcher
            type: test.recorder
        workflows:
          statemachine:
            definitions:
              - name: order-processing
                initialState: new
                states:
                  new: {}
                  checking: {data: {checked: true}}
                  ready:
                  packing:
                  done: {isFinal: true}
                  failed: {isFinal: true, isError: true, description: It did not work}
                transitions:
                  check: {fromState: new, toState: checking, data: {by: check}}
                  approve: {fromState: checking, toState: ready}
                  pack: {fromState: ready, toState: packing, autoTransform: true}
                  finish: {fromState: packing, toState: done, autoTransform: true}
                  fail: {fromState: checking, toState: failed}
              - name: delivery
                initialState: waiting
                states: {waiting: , under-way: , arrived: {isFinal: true}}
                transitions:
                  begin: {fromState: waiting, toState: under-way}
                  arrive: {fromState: under-way, toState: arrived}
            resourceMappings:
              - {resourceType: orders, stateMachine: order-processing}
            hooks:
              - workflowType: order-processing
                toStates: [checking, done]
                handler: watcher
        """

    @Test func aCallByDefinitionCreatesTheInstanceAndMakesTheTransition() async throws {
        try await TestApplication.run(Self.yaml) { app in
            let result = try await app.engine.invoke(
                "order-processing", action: "check", data: ["id": "o1", "total": 12])
            #expect(
                result == ["instanceId": "o1", "currentState": "checking", "transition": "check", "success": true])
            let instance = try #require(try await app.machine().instance("o1"))
            #expect(instance.workflowType == "order-processing")
            #expect(instance.data == ["id": "o1", "total": 12, "by": "check", "checked": true])
            _ = try await app.engine.invoke(
                "order-processing", action: "approve", data: ["id": "o1", "workflowType": "delivery", "note": 1])
            let moved = try #require(try await app.machine().instance("o1"))
            #expect(moved.data["note"] == 1)
            #expect(moved.data["workflowType"] == nil, "what names the definition is not for callers to set")
        }
    }

    @Test func aCallOnBehalfOfAUserReachesOnlyWhatIsTheirs() async throws {
        try await TestApplication.run(Self.yaml) { app in
            let invoker = try #require(app.engine.runningGeneration?.invoker)
            func call(_ workflow: String, _ action: String, _ id: String, by user: String?) async throws -> JSONValue {
                try await invoker.invoke(
                    WorkflowCall(workflow: workflow, action: action, data: ["id": .string(id)], principal: user))
            }
            _ = try await call("order-processing", "check", "o1", by: "ann")
            #expect(try await app.machine().instance("o1")?.data["userId"] == "ann")
            for workflow in ["order-processing", "statemachine"] {
                let error = await #expect(throws: WorkflowError.self) {
                    try await call(workflow, "approve", "o1", by: "eve")
                }
                #expect(error?.code == .notFound)
            }
            let resource = Resource(
                type: "orders", id: "o2", data: [:], state: "new", owner: "ann", createdAt: app.options.clock.now,
                updatedAt: app.options.clock.now)
            try await app.options.store.commit(StoreTransaction([.createResource(resource)]))
            let error = await #expect(throws: WorkflowError.self) {
                try await call("order-processing", "check", "o2", by: "eve")
            }
            #expect(error?.code == .notFound)
            #expect(try await app.machine().instance("o1")?.currentState == "checking")
            #expect(try await call("order-processing", "approve", "o1", by: "ann")["currentState"] == "done")
            #expect(try await call("order-processing", "check", "o2", by: nil)["success"] == true)
        }
    }

    @Test func automaticTransitionsFollowInOneStep() async throws {
        try await TestApplication.run(Self.yaml) { app in
            _ = try await app.engine.invoke("order-processing", action: "check", data: ["id": "o1"])
            let result = try await app.engine.invoke("statemachine", action: "machines:approve", data: ["id": "o1"])
            #expect(result["currentState"] == "done")
            let instance = try #require(try await app.machine().instance("o1"))
            #expect(instance.completed)
            let history = try await app.options.store.history(instanceID: "o1", limit: 10)
            #expect(history.map(\.transition) == ["", "check", "approve", "pack", "finish"])
        }
    }

    @Test func hooksRunAfterTheCommitWithTheTransition() async throws {
        try await TestApplication.run(Self.yaml) { app in
            _ = try await app.engine.invoke("order-processing", action: "check", data: ["id": "o1"])
            let message = try #require(try await app.recorder("watcher").waitForMessages(1).first)
            #expect(
                message.payload == [
                    "workflowId": "order-processing", "instanceId": "o1", "transition": "check", "fromState": "new",
                    "toState": "checking",
                ])
            #expect(try await app.machine().instance("o1")?.currentState == "checking")
            _ = try await app.engine.invoke("order-processing", action: "approve", data: ["id": "o1"])
            let all = try await app.recorder("watcher").waitForMessages(2)
            #expect(all.last?.payload["toState"] == "done")
        }
    }

    @Test func aTransitionFromAnotherStateIsRefusedAndChangesNothing() async throws {
        try await TestApplication.run(Self.yaml) { app in
            _ = try await app.engine.invoke("order-processing", action: "check", data: ["id": "o1"])
            let error = await #expect(throws: WorkflowError.self) {
                try await app.engine.invoke("order-processing", action: "check", data: ["id": "o1"])
            }
            #expect(error?.code == .transitionRefused)
            // A new instance must begin with a transition that leaves the initial state.
            let other = await #expect(throws: WorkflowError.self) {
                try await app.engine.invoke("order-processing", action: "approve", data: ["id": "o2"])
            }
            #expect(other?.code == .transitionRefused)
            #expect(try await app.machine().instance("o2") == nil)
        }
    }

    @Test(
        arguments: [
            ("statemachine", "check", ["id": "unknown"], .notFound),
            ("statemachine", "check", [:], .invalidInput),
            ("statemachine", "other:check", ["id": "o1"], .notFound),
            ("nobody", "check", ["id": "o1"], .notFound),
        ] as [(String, String, JSONObject, WorkflowError.Code)])
    func callsThatCannotWorkSayWhy(
        workflow: String, action: String, data: JSONObject, code: WorkflowError.Code
    ) async throws {
        try await TestApplication.run(Self.yaml) { app in
            let error = await #expect(throws: WorkflowError.self) {
                try await app.engine.invoke(workflow, action: action, data: data)
            }
            #expect(error?.code == code)
        }
    }

    @Test func anIdentifierOfAnotherDefinitionStandsForADerivedInstanceAndBack() async throws {
        try await TestApplication.run(Self.yaml) { app in
            _ = try await app.engine.invoke("order-processing", action: "check", data: ["id": "o1"])
            let begun = try await app.engine.invoke(
                "delivery", action: "begin", data: ["instanceId": "o1", "id": "o1"])
            #expect(begun["instanceId"] == "delivery:o1")
            let again = try await app.engine.invoke("delivery", action: "arrive", data: ["instanceId": "o1"])
            #expect(again["instanceId"] == "delivery:o1")
            let back = try await app.engine.invoke(
                "order-processing", action: "approve", data: ["instanceId": "delivery:o1"])
            #expect(back["instanceId"] == "o1")
        }
    }

    @Test func theEnvelopeOfAnEventDoesNotStayInTheData() async throws {
        try await TestApplication.run(Self.yaml) { app in
            let event: JSONObject = [
                "id": "o1", "type": "order.new", "eventType": "order.new", "total": 3, "originalMessage": ["id": "o1"],
            ]
            _ = try await app.engine.invoke("order-processing", action: "check", data: event)
            let instance = try #require(try await app.machine().instance("o1"))
            #expect(instance.data == ["id": "o1", "total": 3, "by": "check", "checked": true])
            // Without the copy of the message it is plain data.
            _ = try await app.engine.invoke("delivery", action: "begin", data: ["id": "d1", "type": "express"])
            #expect(try await app.machine().instance("d1")?.data["type"] == "express")
        }
    }

    @Test func aResourceWithoutInstanceIsLinkedToTheNewOne() async throws {
        let store = InMemoryStateStore()
        let now = Timestamp(seconds: 1)
        let resource = Resource(
            type: "orders", id: "7", data: ["total": 5], state: "new", createdAt: now, updatedAt: now)
        try await store.commit(StoreTransaction([.createResource(resource)]))
        var options = TestApplication.Options()
        options.store = store
        try await TestApplication.run(Self.yaml, options) { app in
            _ = try await app.engine.invoke("order-processing", action: "check", data: ["id": "7"])
            let found = try #require(try await store.resource(type: "orders", id: "7"))
            #expect(found.instance?.currentState == "checking")
            #expect(found.instance?.data["total"] == 5)
            _ = try await app.engine.invoke("order-processing", action: "approve", data: ["id": "7"])
            #expect(try await store.resource(type: "orders", id: "7")?.instance?.currentState == "done")
        }
    }

    @Test func concurrentCallsForANewInstanceCreateItOnce() async throws {
        try await TestApplication.run(Self.yaml) { app in
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        (try? await app.engine.invoke("order-processing", action: "check", data: ["id": "o1"])) != nil
                    }
                }
                return await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 } == 1)
        }
    }
}
