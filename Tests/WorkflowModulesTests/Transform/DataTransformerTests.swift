import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct DataTransformerTests {
    @Test func messagesArePassedOnChanged() async throws {
        let yaml = """
            modules:
              - {name: events, type: messaging.broker}
              - name: station
                type: data.transformer
                config: {operations: [{set: {from: '${event.topic}', total: '${data.n * 2}'}}]}
              - {name: seen, type: test.recorder}
            workflows:
              messaging:
                subscriptions: [{topic: in.*, handler: station}, {topic: out, handler: seen}]
                producers: [{name: station, forwardTo: [out]}]
            """
        try await TestApplication.run(yaml) { app in
            try await app.publish("in.a", ["n": 2], id: "m1")
            let message = try #require(try await app.recorder("seen").waitForMessages(1).first)
            #expect(message.payload == ["n": 2, "from": "in.a", "total": 4])
            #expect(message.id == "m1>station>out")
        }
    }

    @Test func aConditionalLeadsMessagesToTransformersThatPassThemOn() async throws {
        let yaml = """
            modules:
              - {name: events, type: messaging.broker}
              - {name: choice, type: conditional.switch, config: {expression: kind, cases: [a]}, branches: {a: to-a}}
              - {name: to-a, type: data.transformer, config: {operations: [{extract: {path: order}}]}}
              - {name: seen, type: test.recorder}
            workflows:
              messaging:
                subscriptions: [{topic: in, handler: choice}, {topic: out, handler: seen}]
                producers: [{name: to-a, forwardTo: [out]}]
            """
        try await TestApplication.run(yaml) { app in
            try await app.publish("in", ["kind": "b", "order": 1], id: "m1")
            try await app.publish("in", ["kind": "a", "order": 2], id: "m2")
            #expect(try await app.recorder("seen").waitForMessages(1).map(\.payload) == [2])
        }
    }

    @Test func aMessageThatCannotBeChangedBecomesADeadLetter() async throws {
        let yaml = """
            modules:
              - {name: events, type: messaging.broker, config: {maxDeliveries: 1}}
              - {name: station, type: data.transformer, config: {operations: [{extract: {path: order}}]}}
            workflows:
              messaging:
                subscriptions: [{topic: in, handler: station}]
            """
        try await TestApplication.run(yaml) { app in
            try await app.publish("in", ["n": 2])
            let broker = try app.broker()
            try await waitUntil("the message is given up") { try await !broker.deadLetters().isEmpty }
            #expect(try await broker.deadLetters().first?.error.contains("Operation 1 (extract) failed") == true)
        }
    }

    @Test func theEnvironmentMayChooseThePipeline() async throws {
        let yaml = """
            modules:
              - name: t
                type: data.transformer
                config:
                  pipeline: ${MODE:-two}
                  pipelines:
                    one: [{expression: "1"}]
                    two: [{expression: "2"}]
            """
        try await TestApplication.run(yaml) { app in
            let transformer = try app.engine.service(DataTransformerModule.self, named: "t")
            #expect(try await transformer.execute([:]) == 2)
        }
    }

    // MARK: - As a step

    /// A state machine whose transition `begin` runs a transformer and then a recorder.
    private static func machine(_ operations: String) -> String {
        """
        modules:
          - {name: machines, type: statemachine.engine}
          - {name: change, type: data.transformer, config: {operations: [\(operations)]}}
          - {name: seen, type: test.recorder}
        workflows:
          statemachine:
            definitions:
              - name: order
                initialState: new
                states: {new: , working: }
                transitions: {begin: {fromState: new, toState: working}}
            hooks:
              - {transitions: [begin], handler: change}
              - {transitions: [begin], handler: seen}
        """
    }

    @Test func aStepChangesTheDataOfTheInstance() async throws {
        let yaml = Self.machine(
            "{set: {total: '${data.n * 2}', step: '${event.topic}'}}, {filter: {fields: [total, step]}}")
        try await TestApplication.run(yaml) { app in
            // What another step has found out is not taken for the outcome of this one.
            _ = try await app.engine.invoke("order", action: "begin", data: ["id": "o1", "n": 2, "status": "failed"])
            try await app.recorder("seen").waitForMessages(1)
            let data = try await app.instance("o1", in: "working").data
            #expect(data == ["id": "o1", "n": 2, "status": "failed", "total": 4, "step": "order.begin"])
        }
    }

    @Test func aStepReturnsOnlyWhatItChanged() async throws {
        let yaml = Self.machine("{set: {b: 2, c: 3}}")
        try await TestApplication.run(yaml) { app in
            let step = try app.engine.service(DataTransformerModule.self, named: "change")
            let invocation = StepInvocation(
                instanceID: "o1", workflowType: "order", transition: "begin", fromState: "new", toState: "working",
                data: ["a": 1, "b": 2], idempotencyKey: "k", attempt: 1)
            #expect(try await step.execute(invocation) == ["c": 3])
        }
    }

    @Test func aStepThatFailsLeavesTheErrorInTheInstance() async throws {
        try await TestApplication.run(Self.machine("{extract: {path: nothing}}")) { app in
            _ = try await app.engine.invoke("order", action: "begin", data: ["id": "o1"])
            try await waitUntil("the failure is told") {
                try await app.machine().instance("o1")?.data["error"] != nil
            }
            let error = try await app.machine().instance("o1")?.data["error"]?.stringValue
            #expect(error?.contains("Operation 1 (extract) failed") == true)
        }
    }
}
