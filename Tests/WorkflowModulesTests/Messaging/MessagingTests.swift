import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct MessagingTests {
    private static func yaml(
        broker: String = "", recorder: String = "", subscriptions: String, producers: String = ""
    ) -> String {
        """
        modules:
          - name: events
            type: messaging.broker
            config: {retryBackoff: 1us, retryLimit: 1us, \(broker)}
          - {name: station, type: messaging.handler}
          - {name: own, type: messaging.handler, config: {topic: own.*}}
          - {name: first, type: test.recorder, config: {\(recorder)}}
          - {name: second, type: test.recorder}
        workflows:
          messaging:
            subscriptions: [\(subscriptions)]
            producers: [\(producers)]
        """
    }

    @Test func subscriptionsTakeTopicsAndPatterns() async throws {
        let yaml = Self.yaml(subscriptions: "{topic: a.b, handler: first}, {topic: 'a.*', handler: second}")
        try await TestApplication.run(yaml) { app in
            for topic in ["a.b", "a.c", "a.c.d", "b.c", "a"] { try await app.publish(topic, [:], id: topic) }
            #expect(try await app.recorder("second").waitForMessages(3).map(\.topic) == ["a.b", "a.c", "a.c.d"])
            #expect(try await app.recorder("first").waitForMessages(1).map(\.topic) == ["a.b"])
        }
    }

    @Test func producersForwardAfterSuccessOnEveryWay() async throws {
        let yaml = Self.yaml(
            subscriptions:
                "{topic: in, handler: station}, {topic: out.a, handler: first}, {topic: out.b, handler: second}",
            producers: "{name: station, forwardTo: [out.a, out.b]}, {name: own, forwardTo: [out.a]}")
        try await TestApplication.run(yaml) { app in
            try await app.publish("in", ["n": 1], id: "m1")
            let copy = try #require(try await app.recorder("first").waitForMessages(1).first)
            #expect(copy.payload == ["n": 1])
            #expect(copy.id == "m1>station>out.a")
            #expect(try await app.recorder("second").waitForMessages(1).map(\.id) == ["m1>station>out.b"])
            // The handler's own topic is a way as well.
            try await app.publish("own.x", ["n": 2], id: "m2")
            #expect(try await app.recorder("first").waitForMessages(2).last?.id == "m2>own>out.a")
        }
    }

    @Test func aHandlerOfAnotherTypeForwardsOnlyWhatItHandled() async throws {
        let yaml = Self.yaml(
            broker: "maxDeliveries: 3", recorder: "failures: 1",
            subscriptions: "{topic: in, handler: first}, {topic: out, handler: second}",
            producers: "{name: first, forwardTo: [out]}")
        try await TestApplication.run(yaml) { app in
            try await app.publish("in", ["n": 1])
            #expect(try await app.recorder("second").waitForMessages(1).count == 1)
            #expect(try app.recorder("first").delivered.map(\.deliveryAttempt) == [1, 2])
        }
    }

    @Test func aMessageThatCannotBeHandledBecomesADeadLetter() async throws {
        let yaml = Self.yaml(
            broker: "maxDeliveries: 2", recorder: "failures: 9",
            subscriptions: "{topic: in, handler: first}, {topic: in, handler: second}")
        try await TestApplication.run(yaml) { app in
            try await app.publish("in", ["n": 1])
            let broker = try app.broker()
            try await waitUntil("the message is given up") { try await !broker.deadLetters().isEmpty }
            let letter = try #require(try await broker.deadLetters().first)
            #expect(letter.attempts == 2)
            #expect(letter.subscription == "messaging/in/first")
            #expect(letter.error.contains("not now"))
            #expect(try await app.recorder("second").waitForMessages(1).count == 1)
        }
    }

    @Test func aTopicThatTheHandlerCoversItselfIsNotSubscribedToTwice() async throws {
        let yaml = Self.yaml(
            subscriptions: "{topic: own.a, handler: own}, {topic: other, handler: own}, {topic: seen, handler: first}",
            producers: "{name: own, forwardTo: [seen]}")
        try await TestApplication.run(yaml) { app in
            try await app.publish("own.a", [:], id: "1")
            try await app.publish("other", [:], id: "2")
            let seen = try await app.recorder("first").waitForMessages(2)
            await app.engine.runningGeneration?.outbox.shutdown(deadline: .seconds(5))
            #expect(Set(seen.map(\.id)) == ["1>own>seen", "2>own>seen"])
            #expect(try app.recorder("first").handled.count == 2)
        }
    }

    @Test func triggersPublishWithoutTheSection() async throws {
        let yaml = """
            modules:
              - {name: events, type: messaging.broker}
              - {name: other, type: messaging.broker}
              - {name: seen, type: messaging.handler, config: {topic: in, broker: other}}
            """
        try await TestApplication.run(yaml) { app in
            let result = try await app.engine.invoke("messaging", action: "other:in", data: ["n": 1])
            #expect(result["broker"] == "other")
            await #expect(throws: WorkflowError.self) {
                try await app.engine.invoke("messaging", action: "gone:in", data: [:])
            }
        }
    }

    @Test func aCallPublishesAndTellsWhatItDid() async throws {
        let yaml = Self.yaml(subscriptions: "{topic: in, handler: first}")
        try await TestApplication.run(yaml) { app in
            let result = try await app.engine.invoke("messaging", action: "in", data: ["id": "7", "n": 1])
            #expect(result == ["success": true, "broker": "events", "topic": "in", "length": 16])
            _ = try await app.engine.invoke("messaging", action: "events:in", data: ["message": "hi", "id": "7"])
            let messages = try await app.recorder("first").waitForMessages(2)
            #expect(messages.map(\.payload) == [["id": "7", "n": 1], "hi"])
            #expect(messages.map(\.key) == ["7", "7"])
            let error = await #expect(throws: WorkflowError.self) {
                try await app.engine.invoke("messaging", action: "in.*", data: [:])
            }
            #expect(error?.code == .invalidInput)
        }
    }

    @Test(arguments: [
        ("{topic: in, handler: frist}", "", "there is no module \"frist\"", "did you mean \"first\"?"),
        ("{topic: in, handler: events}", "", "the module \"events\" (messaging.broker) is not a message handler", ""),
        ("{topic: a..b, handler: first}", "", "empty segment", ""),
        ("{topic: in, handler: first}", "{name: frist, forwardTo: [x]}", "there is no module \"frist\"", "\"first\""),
        ("{topic: in, handler: first}", "{name: first, forwardTo: ['x.*']}", "must be one topic", ""),
        ("{topic: in, handler: station}", "{name: station, forwardTo: [in]}", "comes back to it, without end", ""),
        (
            "{topic: a.*, handler: first}, {topic: b, handler: second}",
            "{name: first, forwardTo: [b]}, {name: second, forwardTo: [a.x]}", "comes back to it, without end", ""
        ),
    ])
    func sectionsThatCannotWorkAreRefusedWithTheirPlace(
        subscriptions: String, producers: String, message: String, hint: String
    ) async throws {
        let issues = try await TestApplication.issues(Self.yaml(subscriptions: subscriptions, producers: producers))
        #expect(!issues.isEmpty)
        for issue in issues {
            #expect(issue.contains(message), "\(issues)")
            #expect(issue.contains(hint) || hint.isEmpty, "\(issues)")
            #expect(issue.hasPrefix("app.yaml:11:") || issue.hasPrefix("app.yaml:12:"), "\(issues)")
        }
    }

    @Test func severalBrokersMustBeNamed() async throws {
        let yaml = """
            modules:
              - {name: one, type: messaging.broker}
              - {name: two, type: messaging.broker}
              - {name: log, type: messaging.handler, config: {topic: a, broker: two}}
              - {name: lost, type: messaging.handler, config: {topic: a}}
            """
        let issues = try await TestApplication.issues(yaml)
        #expect(issues.count == 1)
        #expect(issues.first?.contains("There are several message brokers: \"one\", \"two\"") == true)
    }

    @Test func aBrokerTakesTheKeysOfOlderConfigurations() async throws {
        let yaml = """
            modules:
              - {name: events, type: messaging.broker, config: {topics: [a, b], description: For all}}
              - {name: log, type: messaging.handler, config: {topic: a, description: Logs, inputType: csv, watchPath: ./in}}
            """
        #expect(try await TestApplication.issues(yaml).isEmpty)
    }
}
