import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct EventBusTests {
    static func bus(_ app: TestApplication, _ name: String = "bus") throws -> any MessageBroker & DeadLetterKeeping {
        try app.engine.service((any MessageBroker & DeadLetterKeeping).self, named: name)
    }

    static func publish(_ app: TestApplication, _ topic: String, _ payload: JSONValue = .null, id: String) async throws
    {
        try await bus(app).publish(
            Message(id: id, topic: topic, payload: payload, timestamp: app.options.clock.now))
    }

    private static func yaml(
        type: String = "eventbus.modular", _ config: String = "", topic: String = "order.*", rest: String = ""
    ) -> String {
        """
        modules:
          - {name: bus, type: \(type), config: {\(config)}}
          - {name: listener, type: test.recorder}
        workflows:
          messaging:
            subscriptions: [{topic: \(topic), handler: listener}]
        \(rest)
        """
    }

    @Test(arguments: ["eventbus.modular", "messaging.broker.eventbus", "eventbus.bridge"])
    func itIsTheBrokerOfSubscriptionsUnderEachOfItsNames(type: String) async throws {
        let yaml = Self.yaml(type: type, "provider: memory")
        try await TestApplication.run(yaml) { app in
            try await Self.publish(app, "order.paid", ["n": 1], id: "1")
            let message = try await app.recorder("listener").waitForMessages(1)[0]
            #expect(message.topic == "order.paid")
            #expect(message.payload == ["n": 1])
        }
    }

    @Test(arguments: [
        ("order.*", ["order.a", "order.a.b", "order.ab"]),
        ("order*", ["order", "order.a", "order.a.b", "order.ab", "orders"]),
        ("order.a*", ["order.a", "order.a.b", "order.ab"]),
        ("*", ["x", "order", "order.a", "order.a.b", "order.ab", "orders"]),
        ("order", ["order"]),
    ])
    func aFinalStarStandsForEverythingThatFollows(topic: String, expected: [String]) async throws {
        try await TestApplication.run(Self.yaml("workerCount: 1", topic: "'\(topic)'")) { app in
            let bus = try Self.bus(app)
            let topics = ["x", "order", "order.a", "order.a.b", "order.ab", "orders"]
            for topic in topics {
                #expect(bus.hasSubscribers(for: topic) == expected.contains(topic), "\(topic)")
                try await Self.publish(app, topic, id: topic)
            }
            let seen = try await app.recorder("listener").waitForMessages(expected.count)
            #expect(Set(seen.map(\.topic)) == Set(expected))
            #expect(seen.count == expected.count)
        }
    }

    @Test func settingsAtTheTopOfTheFileCountUnlessTheModuleSaysOtherwise() async throws {
        for (config, most) in [("", 3), ("workerCount: 2", 2)] {
            let yaml = Self.yaml(config, rest: "eventbus: {engine: memory, workerCount: 3, maxEventQueueSize: 10}")
            try await TestApplication.run(yaml) { app in
                let gate = TestGate()
                let handler = MessageRecorder { _ in try await gate.wait() }
                let subscription = try await Self.bus(app).subscribe(to: "slow", name: "slow", handler: handler)
                for number in 0..<5 { try await Self.publish(app, "slow", id: "\(number)") }
                try await waitUntil("all workers are busy") { gate.waitingCount == most }
                #expect(handler.delivered.count == most)
                gate.open()
                try await handler.waitForMessages(5)
                await subscription.cancel()
            }
        }
    }

    @Test func onlyItsTopicsAreCarried() async throws {
        let yaml = """
            modules:
              - {name: events, type: messaging.broker}
              - {name: bus, type: eventbus.bridge, config: {provider: memory, topics: [order.*, stock]}}
              - {name: there, type: test.recorder}
            workflows:
              messaging:
                broker: bus
                subscriptions: [{topic: '>', handler: there}]
            """
        try await TestApplication.run(yaml) { app in
            let bus = try Self.bus(app)
            #expect(bus.hasSubscribers(for: "order.paid") && bus.hasSubscribers(for: "stock"))
            #expect(!bus.hasSubscribers(for: "user.created"))
            let settled = TestGate()
            let message = Message(id: "1", topic: "user.created", payload: .null, timestamp: app.options.clock.now)
            try await bus.publish(message) { settled.open() }
            try await withTimeLimit("settlement of what nobody hears") { try await settled.wait() }
            try await Self.publish(app, "stock", id: "2")
            let seen = try await app.recorder("there").waitForMessages(1)
            #expect(seen.map(\.id) == ["2"])
        }
    }

    @Test func aSubscriptionThatCouldNeverGetAMessageIsRefused() async throws {
        let yaml = Self.yaml("topics: [order.*]", topic: "user.*")
        let error = await #expect(throws: WorkflowError.self) { try await TestApplication.run(yaml) { _ in } }
        #expect(
            error?.message.contains("the event bus \"bus\" does not carry \"user.*\": its topics are order.*") == true,
            "\(String(describing: error))")
    }

    @Test func messagesThatWaitedTooLongBecomeDeadLettersAndCanBeDeliveredByHand() async throws {
        var options = TestApplication.Options()
        let clock = TestClock()
        options.clock = clock
        let yaml = Self.yaml("eventTTL: 60, maxDeliveries: 1", topic: "other")
        try await TestApplication.run(yaml, options) { app in
            let bus = try Self.bus(app)
            let handler = MessageRecorder()
            let subscription = try await bus.subscribe(to: "order.*", name: "late", handler: handler)
            let begin = clock.now
            clock.advance(by: .seconds(61))
            try await bus.publish(Message(id: "old", topic: "order.a", payload: .null, timestamp: begin))
            try await bus.publish(Message(id: "new", topic: "order.a", payload: .null, timestamp: clock.now))
            try await handler.waitForMessages(1)
            #expect(handler.delivered.map(\.id) == ["new"])
            try await waitUntil("the old message is a dead letter") {
                try await bus.deadLetters(limit: 10).map(\.message.id) == ["old"]
            }
            let letter = try #require(try await bus.deadLetters(limit: 10).first)
            #expect(letter.error.contains("longer than the eventTTL of 60.0 seconds"), "\(letter.error)")
            try await bus.redriveDeadLetter(id: letter.id)
            try await handler.waitForMessages(2)
            #expect(handler.delivered.map(\.id) == ["new", "old"])
            try await waitUntil("the letter is gone") { try await bus.deadLetters(limit: 10).isEmpty }
            await subscription.cancel()
        }
    }

    @Test(arguments: [
        ("provider: nats", "there is no provider \"nats\"\n    hint: use memory"),
        ("engine: rabbit", "there is no provider \"rabbit\"; use memory, nats, kafka or redis"),
        ("url: 'nats://a:4222'", "the provider memory has no server\n    hint: remove the url"),
        ("topics: ['a..b']", "The topic \"a..b\" has an empty segment or white space."),
        ("workerCount: 0", "must be at least 1, is 0"), ("eventTTL: 0", "must be more than 0"),
        ("retention_days: 0", "must be at least 1, is 0"), ("maxEventQueueSize: 0", "must be at least 1, is 0"),
        ("workers: 3", "unknown key \"workers\""),
    ])
    func settingsThatCannotWorkAreRefusedWithTheirPlace(config: String, message: String) async throws {
        let issues = try await TestApplication.issues(Self.yaml(config))
        #expect(issues.count == 1)
        #expect(issues.first?.hasPrefix("app.yaml:2:") == true, "\(issues)")
        #expect(issues.first?.contains(message) == true, "\(issues)")
    }

    @Test func anApplicationHasOneEventBus() async throws {
        let yaml = """
            modules:
              - {name: bus, type: eventbus.modular}
              - {name: broker, type: messaging.broker.eventbus}
            """
        let issues = try await TestApplication.issues(yaml)
        #expect(issues.count == 1)
        #expect(issues.first?.contains("\"bus\" is the event bus of this application already") == true, "\(issues)")
    }
}
