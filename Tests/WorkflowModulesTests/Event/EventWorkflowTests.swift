import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct EventWorkflowTests {
    @Test func aMatchRunsItsHandlerWithTheEvents() async throws {
        var options = TestApplication.Options()
        options.clock = TestClock()
        let now = options.clock.now
        try await TestApplication.run(EventApplication.yaml(), options) { app in
            try await app.publish("login.failed", ids: 1...2)
            #expect(try app.recorder("alarm").handled.isEmpty)
            try await app.publish("login.failed", ids: 3...4)
            let message = try #require(try await app.recorder("alarm").waitForMessages(1).first)
            #expect(message.id == "3>failures")
            #expect(message.topic == "event.failures")
            #expect(message.key == "s")
            #expect(message.payload["patternId"] == "failures")
            #expect(message.payload["eventsCount"] == 3)
            #expect(message.payload["correlationId"] == "s")
            #expect(message.payload["events"]?.arrayValue?.map { $0["id"] } == ["1", "2", "3"])
            #expect(
                message.payload["events"]?[0] == [
                    "id": "1", "type": "login.failed", "sourceId": "s", "correlationId": "s",
                    "time": .string(now.description), "data": ["session": "s"],
                ])
            #expect(try app.processor.buffered.filter { !$0.isUsed }.map(\.event.id) == ["4"])
            #expect(try app.recorder("alarm").handled.count == 1)
        }
    }

    @Test func aHandlerGetsTheLastEventsThatFit() async throws {
        let yaml = EventApplication.yaml(
            patterns: "{patternId: failures, eventTypes: [login.failed], windowTime: 1h, minOccurs: 120}")
        try await TestApplication.run(yaml) { app in
            for id in 1...120 {
                let filler = String(repeating: "x", count: id == 118 ? 200 << 10 : id == 60 ? 60 << 10 : 1)
                try await app.publish("login.failed", ["session": "s", "text": .string(filler)], id: "\(id)")
            }
            let payload = try #require(try await app.recorder("alarm").waitForMessages(1).first?.payload)
            #expect(payload["eventsCount"] == 120)
            #expect(payload["events"]?.arrayValue?.count == 60)
            #expect(payload["events"]?[59]?["id"] == "120")
        }
    }

    @Test func eventsAreCorrelatedBySessionThenSourceThenKey() async throws {
        let yaml = EventApplication.yaml(
            patterns: "{patternId: failures, eventTypes: [login.failed], windowTime: 60, minOccurs: 2}")
        try await TestApplication.run(yaml) { app in
            let broker = try app.broker()
            let payloads: [JSONValue] = [
                ["session": "a", "user": ["id": 7]], ["user": ["id": 7]], ["other": 1], ["session": "a"],
                ["session": "", "user.id": 7], "text",
            ]
            for (index, payload) in payloads.enumerated() {
                try await broker.publish(
                    Message(
                        id: "\(index)", topic: "login.failed", payload: payload, key: "key",
                        timestamp: app.options.clock.now))
            }
            let messages = try await app.recorder("alarm").waitForMessages(3)
            #expect(Set(messages.map(\.key)) == ["a", "7", "key"])
        }
    }

    @Test(arguments: [
        ("", "login.failed"), ("eventType: login.failed", "login.other"), ("eventType: unknown", "login.failed"),
    ])
    func theTypeIsThatOfTheAdapterOrTheTopic(type: String, topic: String) async throws {
        let yaml = EventApplication.yaml(adapters: "{topics: ['login.*'], correlIdKey: session, \(type)}")
        try await TestApplication.run(yaml) { app in
            try await app.publish(topic, ids: 1...3)
            #expect(try await app.recorder("alarm").waitForMessages(1).first?.payload["eventsCount"] == 3)
        }
    }

    @Test func aMessageOfTwoAdaptersIsCountedOnce() async throws {
        let adapter = "{topics: [login.failed, 'login.*'], correlIdKey: session}"
        try await TestApplication.run(EventApplication.yaml(adapters: "\(adapter), \(adapter)")) { app in
            try await app.publish("login.failed", ids: 1...3)
            try await app.broker().drain()
            #expect(try app.recorder("alarm").handled.count == 1)
            #expect(try app.processor.buffered.map(\.event.id).sorted() == ["1", "2", "3"])
        }
    }

    @Test func aHandlerThatFailsGetsTheMatchAgain() async throws {
        try await TestApplication.run(EventApplication.yaml(failing: 2)) { app in
            try await app.publish("login.failed", ids: 1...4)
            let recorder = try app.recorder("alarm")
            #expect(recorder.delivered.map(\.deliveryAttempt) == [1, 2, 3])
            #expect(Set(recorder.delivered.map(\.id)) == ["3>failures"])
            #expect(recorder.handled.count == 1)
            #expect(try app.processor.buffered.filter { !$0.isUsed }.map(\.event.id) == ["4"])
        }
    }

    @Test func anEventThatIsGivenUpLeavesTheOthersAsTheyWere() async throws {
        try await TestApplication.run(EventApplication.yaml(failing: 3)) { app in
            try await app.publish("login.failed", ids: 1...4)
            #expect(try await app.broker().deadLetters().map(\.message.id) == ["3"])
            let match = try #require(try app.recorder("alarm").handled.first)
            #expect(match.payload["events"]?.arrayValue?.map { $0["id"] } == ["1", "2", "4"])
        }
    }

    @Test func stepsAndComponentsAreRunAsWell() async throws {
        var options = TestApplication.Options()
        let (inputs, continuation) = AsyncStream.makeStream(of: JSONValue.self)
        options.scripts = [
            "check": FakeScript(execute: { input, _ in
                continuation.yield(input)
                return ["success": false]
            })
        ]
        let yaml = EventApplication.yaml(
            modules: """
                - {name: check, type: dynamic.component, config: {source: check.js, provides: [alias]}}
                  - {name: step, type: processing.step, config: {componentId: check}}
                """,
            handlers: """
                {patternId: failures, handler: step}, {patternId: failures, handler: check},
                {patternId: failures, handler: alias}, {patternId: failures, handler: alarm}
                """)
        try await TestApplication.run(yaml, options) { app in
            try await app.publish("login.failed", ids: 1...3)
            #expect(try app.recorder("alarm").handled.count == 1)
        }
        continuation.finish()
        var found: [JSONValue] = []
        for await input in inputs { found.append(input) }
        #expect(found.map { $0["eventsCount"] } == [3, 3, 3])
        #expect(found.first?["idempotencyKey"] == "3>failures")
        #expect(found.first?["transitionId"] == "failures")
        #expect(found.last?["idempotencyKey"] == nil)
    }

    @Test func aTriggerRaisesEventsAndLearnsWhatOccurred() async throws {
        let yaml =
            EventApplication.yaml() + """

                triggers:
                  event: {subscriptions: [{topic: raise, workflow: event, action: login.failed}]}
                """
        try await TestApplication.run(yaml) { app in
            for id in ["1", "2", "2"] {
                let answer = try await app.engine.invoke(
                    "event", action: "login.failed", data: ["eventId": .string(id), "id": 7, "text": "x"])
                #expect(answer["matches"] == [])
            }
            let late = try await app.engine.invoke(
                "event", action: "login.failed", data: ["sourceId": "7", "time": "2001-01-01T00:00:00Z"])
            #expect(late == ["success": true, "type": "login.failed", "accepted": false, "matches": []])
            try await app.publish("raise", ["instanceId": "7"])
            #expect(try await app.recorder("alarm").waitForMessages(1).first?.key == "7")
            let answer = try await app.engine.invoke("event", action: "login.failed", data: ["instanceId": "7"])
            #expect(answer == ["success": true, "type": "login.failed", "accepted": true, "matches": []])
            await #expect(throws: WorkflowError.self) {
                try await app.engine.invoke("event", action: "login.fail", data: [:])
            }
        }
    }
}
