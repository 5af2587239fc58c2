import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct EventTriggerTests {
    private static func yaml(_ subscriptions: String) -> String {
        """
        modules:
          - {name: events, type: messaging.broker, config: {retryBackoff: 1us, retryLimit: 1us, maxDeliveries: 3}}
          - {name: machines, type: statemachine.engine}
          - {name: listener, type: test.recorder}
        workflows:
          messaging:
            subscriptions: [{topic: seen.*, handler: listener}]
          statemachine:
            definitions:
              - name: order-processing
                initialState: new
                states: {new: , paid: , delivered: {isFinal: true}}
                transitions:
                  pay: {fromState: new, toState: paid}
                  remind: {fromState: paid, toState: paid}
                  deliver: {fromState: paid, toState: delivered}
              - name: fulfillment-lifecycle
                initialState: waiting
                states: {waiting: , packing: , sent: {isFinal: true}}
                transitions:
                  pack: {fromState: waiting, toState: packing}
                  send: {fromState: packing, toState: sent}
        triggers:
          event:
            subscriptions: [\(subscriptions)]
        """
    }

    @Test func oneStateMachineDrivesAnotherAndItAnswers() async throws {
        let yaml = Self.yaml(
            """
            {topic: order.paid, event: order.paid, workflow: fulfillment-lifecycle, action: pack, params: {carrier: post}},
            {topic: fulfillment.sent, workflow: order-processing, action: deliver}
            """)
        try await TestApplication.run(yaml) { app in
            _ = try await app.engine.invoke(
                "order-processing", action: "pay", data: ["instanceId": "order-1", "id": "1", "total": 5])
            let packing = try await app.instance("fulfillment-lifecycle:order-1", in: "packing")
            #expect(packing.data == ["id": "1", "total": 5, "carrier": "post"])
            _ = try await app.engine.invoke(
                "fulfillment-lifecycle", action: "send", data: ["id": "fulfillment-lifecycle:order-1"])
            let order = try await app.instance("order-1", in: "delivered")
            #expect(order.data["total"] == 5)
            #expect(order.data["type"] == nil)
        }
    }

    @Test func onlyEventsOfTheTypeRunTheWorkflow() async throws {
        let yaml = Self.yaml("{topic: in, event: wanted, workflow: messaging, action: seen.x, params: {by: trigger}}")
        try await TestApplication.run(yaml) { app in
            try await app.publish("in", ["type": "other", "n": 1], id: "1")
            try await app.publish("in", ["type": "wanted", "n": 2], id: "2")
            // What the trigger publishes has no key, and so no order beside what else is on its way.
            _ = try await app.recorder("listener").waitForMessages(1)
            try await app.publish("in", ["eventType": "wanted", "n": 3], id: "3")
            try await app.publish("in", ["type": "other", "eventType": "wanted", "n": 4], id: "4")
            try await app.publish("in", "plain", id: "5")
            let seen = try await app.recorder("listener").waitForMessages(2)
            #expect(seen.map { $0.payload["n"] } == [2, 3])
            #expect(
                seen.first?.payload == [
                    "type": "wanted", "n": 2, "originalMessage": ["type": "wanted", "n": 2], "by": "trigger",
                ])
        }
    }

    @Test func contentThatIsNoObjectIsTheMessage() async throws {
        let yaml = Self.yaml("{topic: in, workflow: messaging, action: seen.x}")
        try await TestApplication.run(yaml) { app in
            try await app.publish("in", "plain")
            #expect(try await app.recorder("listener").waitForMessages(1).first?.payload == "plain")
        }
    }

    @Test func aRefusedTransitionIsNotTriedAgain() async throws {
        let yaml = Self.yaml(
            "{topic: in, workflow: order-processing, action: pay}, {topic: in, workflow: messaging, action: seen.x}")
        try await TestApplication.run(yaml) { app in
            for id in ["1", "2"] { try await app.publish("in", ["id": "o1"], id: id) }
            _ = try await app.recorder("listener").waitForMessages(2)
            try await app.broker().drain()
            #expect(try await app.broker().deadLetters().isEmpty)
            #expect(try await app.machine().instance("o1")?.currentState == "paid")
            let runs = app.engine.environment.metrics.workflowExecutions
            #expect(runs.with("order-processing", "pay", "success").value == 1)
            #expect(runs.with("order-processing", "pay", "error").value == 1)
        }
    }

    @Test func otherFailuresAreTriedAgainAndThenGivenUp() async throws {
        // Without a definition the instance must exist.
        let yaml = Self.yaml("{topic: in, workflow: statemachine, action: pay}")
        try await TestApplication.run(yaml) { app in
            try await app.publish("in", ["id": "nobody"])
            let broker = try app.broker()
            try await waitUntil("the message is given up") { try await !broker.deadLetters().isEmpty }
            #expect(try await broker.deadLetters().first?.attempts == 3)
        }
    }

    @Test func aMessageWithoutInstanceBeginsOneHoweverOftenItComes() async throws {
        let yaml = Self.yaml("{topic: in, workflow: order-processing, action: pay}")
        try await TestApplication.run(yaml) { app in
            for _ in 0..<2 { try await app.publish("in", ["total": 1], id: "m7") }
            let instance = try await app.instance("m7", in: "paid")
            #expect(instance.data == ["total": 1])
            try await app.broker().drain()
            #expect(try await app.options.store.openInstances(after: nil, limit: 10).map(\.id) == ["m7"])
        }
    }

    /// A transition that may follow itself: nothing but the identifier of the message tells that it was made before.
    @Test func aMessageThatComesTwiceMakesItsTransitionOnce() async throws {
        let yaml = Self.yaml(
            """
            {topic: in, workflow: order-processing, action: remind}, {topic: in, workflow: messaging, action: seen.x}
            """)
        try await TestApplication.run(yaml) { app in
            _ = try await app.engine.invoke("order-processing", action: "pay", data: ["instanceId": "o1"])
            for id in ["m1", "m1", "m2", "m1"] { try await app.publish("in", ["id": "o1"], id: id) }
            _ = try await app.recorder("listener").waitForMessages(4)
            try await app.broker().drain()
            #expect(try await app.broker().deadLetters().isEmpty)
            let history = try await app.options.store.history(instanceID: "o1", limit: 10)
            #expect(history.map(\.transition) == ["", "pay", "remind", "remind"])
        }
    }

    @Test(arguments: [
        (
            "{topic: a, workflow: order-procesing, action: pay}", "there is no workflow",
            "did you mean \"order-processing\"?"
        ),
        ("{topic: a, workflow: order-processing, action: paye}", "has no transition \"paye\"", "did you mean \"pay\"?"),
        ("{topic: a, workflow: statemachine, action: 'other:pay'}", "names another engine", ""),
        ("{topic: a, workflow: messaging, action: 'x.*'}", "must be one topic", ""),
        ("{topic: a b, workflow: messaging, action: x}", "white space", ""),
        ("{topic: a, workflow: messaging}", "missing key \"action\"", ""),
    ])
    func triggersThatCannotWorkAreRefusedWithTheirPlace(
        subscription: String, message: String, hint: String
    ) async throws {
        let issues = try await TestApplication.issues(Self.yaml(subscription))
        #expect(issues.count == 1)
        #expect(issues.first?.contains(message) == true, "\(issues)")
        #expect(issues.first?.contains(hint) == true || hint.isEmpty, "\(issues)")
        #expect(issues.first?.hasPrefix("app.yaml:25:") == true, "\(issues)")
    }
}
