import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct EventBusTriggerTests {
    private static func yaml(_ subscription: String, bus: String = "") -> String {
        """
        modules:
          - {name: bus, type: eventbus.modular, config: {\(bus)}}
          - {name: events, type: messaging.broker}
          - {name: listener, type: test.recorder}
          - {name: by-hand, type: scheduler.cron}
          - {name: script, type: dynamic.component, config: {source: a.js}}
        workflows:
          messaging:
            broker: events
            subscriptions: [{topic: seen, handler: listener}]
          scheduler:
            jobs: [{scheduler: by-hand, job: script}]
        triggers:
          eventbus:
            subscriptions: [\(subscription)]
        """
    }

    private static func options(_ script: FakeScript = FakeScript()) -> TestApplication.Options {
        var options = TestApplication.Options()
        options.scripts = ["a": script]
        return options
    }

    @Test func aMessageOfTheTypeRunsTheWorkflowWithItsContentAndTheParameters() async throws {
        let yaml = Self.yaml("{topic: 'order*', event: paid, workflow: messaging, action: seen, params: {by: bus}}")
        try await TestApplication.run(yaml, Self.options()) { app in
            try await EventBusTests.publish(app, "orders.eu", ["type": "created"], id: "1")
            try await EventBusTests.publish(app, "orders.eu", ["type": "paid", "n": 2], id: "2")
            let seen = try await app.recorder("listener").waitForMessages(1)
            #expect(seen.count == 1)
            #expect(
                seen[0].payload
                    == ["type": "paid", "n": 2, "originalMessage": ["type": "paid", "n": 2], "by": "bus"])
        }
    }

    @Test func asynchronousRunsGoOnBesideEachOther() async throws {
        let gate = TestGate()
        let script = FakeScript(execute: { input, _ in
            try await gate.wait()
            return input
        })
        let yaml = Self.yaml("{topic: in, workflow: scheduler, action: script}", bus: "workerCount: 2")
        try await TestApplication.run(yaml, Self.options(script)) { app in
            for number in 0..<3 { try await EventBusTests.publish(app, "in", id: "\(number)") }
            try await waitUntil("two run at once") { gate.waitingCount == 2 }
            gate.open()
        }
    }

    @Test func withoutAsyncOneMessageFollowsTheOther() async throws {
        let runs = Mutex((active: 0, most: 0, order: [JSONValue]()))
        let done = TestCounter()
        let script = FakeScript(execute: { input, _ in
            runs.withLock { runs in
                runs.active += 1
                runs.most = max(runs.most, runs.active)
                runs.order.append(input["n"] ?? .null)
            }
            for _ in 0..<50 { await Task.yield() }
            runs.withLock { $0.active -= 1 }
            done.increment()
            return input
        })
        let yaml = Self.yaml("{topic: in, workflow: scheduler, action: script, async: false}", bus: "workerCount: 5")
        try await TestApplication.run(yaml, Self.options(script)) { app in
            for number in 0..<10 {
                try await EventBusTests.publish(app, "in", ["n": .integer(Int64(number))], id: "\(number)")
            }
            try await waitUntil("all have run") { done.value == 10 }
        }
        #expect(runs.withLock { $0.most } == 1)
        #expect(runs.withLock { $0.order } == (0..<10).map { .integer($0) })
    }

    @Test(arguments: [
        ("{topic: in, workflow: messagin, action: seen}", "there is no workflow \"messagin\"", ""),
        ("{topic: in, workflow: scheduler, action: scrpt}", "there is no job \"scrpt\"", ""),
        ("{workflow: messaging, action: seen}", "missing key \"topic\"", ""),
        ("{topic: in, workflow: messaging, action: seen, async: later}", "expected true or false", ""),
        (
            "{topic: user.new, workflow: messaging, action: seen}",
            "the event bus \"bus\" does not carry \"user.new\": its topics are order.*", "topics: [order.*]"
        ),
    ])
    func subscriptionsThatCannotWorkAreRefusedWithTheirPlace(
        subscription: String, message: String, bus: String
    ) async throws {
        let issues = try await TestApplication.issues(Self.yaml(subscription, bus: bus), Self.options())
        #expect(issues.count == 1)
        #expect(issues.first?.hasPrefix("app.yaml:15:") == true, "\(issues)")
        #expect(issues.first?.contains(message) == true, "\(issues)")
    }

    @Test func itListensToAnEventBusOnly() async throws {
        let broker = """
            modules: [{name: events, type: messaging.broker}]
            workflows: {messaging: {subscriptions: []}}
            triggers: {eventbus: {subscriptions: [{topic: in, workflow: messaging, action: seen}]}}
            """
        let issues = try await TestApplication.issues(broker)
        #expect(issues.count == 1)
        #expect(issues.first?.contains("a module that provides an event bus is missing") == true, "\(issues)")
        let named = broker.replacing("eventbus: {", with: "eventbus: {broker: events, ")
        let others = try await TestApplication.issues(named)
        #expect(
            others.contains { $0.contains("the module \"events\" (messaging.broker) is not an event bus") }, "\(others)"
        )
    }
}
