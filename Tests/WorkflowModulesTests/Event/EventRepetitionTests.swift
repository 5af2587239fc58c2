import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// Events that come more than once.
@Suite struct EventRepetitionTests {
    private static let each = "{patternId: failures, eventTypes: [login.failed], windowTime: 60, minOccurs: 1}"

    @Test(arguments: [false, true])
    func whatComesAgainAfterItsWindowIsNotCountedAgain(restarts: Bool) async throws {
        let clock = TestClock()
        var options = TestApplication.Options()
        options.clock = clock
        let yaml = EventApplication.yaml(patterns: Self.each)
        let first = Message(
            id: "1", topic: "login.failed", payload: ["session": "s"], key: "s", timestamp: clock.now)
        func redeliver(_ app: TestApplication) async throws -> Int {
            try await app.broker().publish(first)
            try await app.broker().drain()
            return try app.recorder("alarm").handled.count
        }
        try await TestApplication.run(yaml, options) { app in
            #expect(try await redeliver(app) == 1)
            clock.advance(by: .seconds(3000))
            if !restarts {
                #expect(try await redeliver(app) == 1)
                clock.advance(by: .seconds(600))
                try app.processor.cleanUp()
                #expect(try await redeliver(app) == 2, "after an hour it is not known any more")
            }
        }
        guard restarts else { return }
        let count = try await TestApplication.run(yaml, options) { try await redeliver($0) }
        #expect(count == 0)
    }

    @Test func whatComesAgainAfterItWasDroppedIsNotCountedAgain() async throws {
        let options = TestApplication.Options()
        let yaml = EventApplication.yaml(
            processor: "bufferSize: 2",
            patterns: "{patternId: failures, eventTypes: [login.failed], windowTime: 60, minOccurs: 2}")
        try await TestApplication.run(yaml, options) { app in
            try await app.publish("login.failed", ids: 1...4)
            #expect(try app.recorder("alarm").handled.count == 2)
            // The first two are used up, and there is no room to remember them.
            try await app.publish("login.failed", ids: 1...2)
            #expect(try app.recorder("alarm").handled.count == 2)
        }
    }

    @Test func aMessageThatATriggerBringsAgainIsCountedOnce() async throws {
        let yaml =
            EventApplication.yaml(
                patterns: "{patternId: failures, eventTypes: [login.failed], windowTime: 60, minOccurs: 2}",
                adapters: "")
                + """

                triggers:
                  event:
                    subscriptions:
                      - {topic: in, workflow: event, action: login.failed}
                """
        try await TestApplication.run(yaml) { app in
            for id in ["1", "1", "2"] {
                try await app.broker().publish(
                    Message(
                        id: id, topic: "in", payload: ["correlationId": "s"], key: "s",
                        timestamp: app.options.clock.now))
                try await app.broker().drain()
                #expect(try app.recorder("alarm").handled.count == (id == "2" ? 1 : 0))
            }
        }
    }
}
