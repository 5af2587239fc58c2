import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct EventDurabilityTests {
    @Test func aRestartLosesNoEventAndCountsNoneTwice() async throws {
        var options = TestApplication.Options()
        options.clock = TestClock()
        let yaml = EventApplication.yaml()
        try await TestApplication.run(yaml, options) { app in
            try await app.publish("login.failed", ids: 1...2)
            try await app.publish("login.failed", ids: 11...13, session: "t")
        }
        try await TestApplication.run(yaml, options) { app in
            #expect(try app.processor.buffered.count == 5)
            // Delivered again, as after a crash before the acknowledgement.
            try await app.publish("login.failed", ids: 1...2)
            try await app.publish("login.failed", ids: 11...13, session: "t")
            #expect(try app.recorder("alarm").handled.isEmpty)
            try await app.publish("login.failed", ids: 3...3)
            let match = try #require(try app.recorder("alarm").handled.first)
            #expect(match.payload["events"]?.arrayValue?.map { $0["id"] } == ["1", "2", "3"])
        }
    }

    @Test func eventsOfPatternsThatAreGoneAreRemovedFromTheStore() async throws {
        let options = TestApplication.Options()
        try await TestApplication.run(EventApplication.yaml(), options) { app in
            try await app.publish("login.failed", ids: 1...2)
        }
        let other = EventApplication.yaml(
            patterns: "{patternId: failures, eventTypes: [order.paid], windowTime: 60}")
        try await TestApplication.run(other, options) { app in
            #expect(try app.processor.buffered.isEmpty)
            let values = try await options.store.values(
                namespace: "event.processor:patterns", prefix: "", limit: 10, now: options.clock.now)
            #expect(values.isEmpty)
        }
    }

    @Test func theStoreHoldsWhatIsRememberedAndForgetsIt() async throws {
        var options = TestApplication.Options()
        options.clock = TestClock()
        let store = options.store
        let yaml = EventApplication.yaml(
            processor: "bufferSize: 3, maxKeys: 2",
            patterns: "{patternId: failures, eventTypes: [login.failed, x], windowTime: 60, condition: all}")
        try await TestApplication.run(yaml, options) { app in
            try await app.publish("login.failed", ids: 1...5, session: "a")
            try await app.publish("login.failed", ids: 11...12, session: "b")
            try await app.publish("login.failed", ids: 21...21, session: "c")
            func stored(after duration: Duration) async throws -> [String] {
                try await store.values(
                    namespace: "event.processor:patterns", prefix: "", limit: 100,
                    now: options.clock.now.advanced(by: duration)
                ).compactMap { BufferedEvent(json: $0.value)?.name }
            }
            let names = try app.processor.buffered.map(\.name)
            #expect(names.count == 3)
            #expect(try await stored(after: .seconds(119)).sorted() == names.sorted())
            #expect(try await stored(after: .seconds(120)).isEmpty)
        }
    }

    @Test func memoryIsFreedAtTheInterval() async throws {
        let clock = TestClock()
        var options = TestApplication.Options()
        options.clock = clock
        try await TestApplication.run(EventApplication.yaml(processor: "cleanupInterval: 7m"), options) { app in
            try await app.publish("login.failed", ids: 1...2)
            let processor = try app.processor
            // The interval began at the start: nothing is freed before it is over.
            while let next = clock.nextDeadline, next < EventDurabilityTests.start.advanced(by: .seconds(420)) {
                clock.advanceToNextSleeper()
                #expect(processor.buffered.count == 2)
            }
            try await waitUntil("the memory is freed") {
                clock.advance(by: .seconds(60))
                return processor.buffered.isEmpty
            }
        }
    }

    @Test func anEventThatTheStoreDoesNotTakeMayComeAgain() async throws {
        let options = TestApplication.Options()
        try await TestApplication.run(EventApplication.yaml(), options) { app in
            let processor = try app.processor
            await options.store.close()
            let event = PatternEvent(id: "1", type: "login.failed", time: options.clock.now)
            await #expect(throws: StoreError.self) { try await processor.process(event) }
            #expect(processor.buffered.isEmpty)
        }
    }

    private static let start = TestClock().now
}
