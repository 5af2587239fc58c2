import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@Suite(.timeLimit(.minutes(1)))
struct InMemoryMessageBrokerRetryTests {
    @Test func `Attempts are spaced by growing waits of the clock`() async throws {
        let clock = TestClock()
        let options = InMemoryMessageBroker.SubscriptionOptions(
            maxDeliveries: 4, backoff: Backoff(base: .seconds(1), limit: .seconds(3)))
        try await withBroker(options, clock: clock) { broker in
            let recorder = MessageRecorder { _ in throw Planned() }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            try await broker.publish(message("1"))
            var waits: [Duration?] = []
            for _ in 1...3 {
                try await clock.waitForSleepers()
                waits.append(clock.advanceToNextSleeper())
            }
            await broker.drain()
            #expect(waits == [.seconds(1), .seconds(2), .seconds(3)])
            #expect(recorder.delivered.map(\.deliveryAttempt) == [1, 2, 3, 4])
        }
    }

    @Test func `A key that waits for its next attempt keeps its order and does not block others`() async throws {
        let clock = TestClock()
        try await withBroker(clock: clock) { broker in
            let recorder = MessageRecorder { message in
                if message.id == "a1", message.deliveryAttempt == 1 { throw Planned() }
            }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            for id in ["a1", "a2", "b1", "b2", "a3"] {
                try await broker.publish(message(id, key: String(id.prefix(1))))
            }
            try await clock.waitForSleepers()
            #expect(try await recorder.waitForMessages(2).map(\.id) == ["b1", "b2"])
            clock.advanceToNextSleeper()
            #expect(try await recorder.waitForMessages(5).map(\.id) == ["b1", "b2", "a1", "a2", "a3"])
        }
    }

    @Test func `A message that fails every time becomes a dead letter and is settled`() async throws {
        let clock = TestClock()
        let options = InMemoryMessageBroker.SubscriptionOptions(maxDeliveries: 2, backoff: Backoff(base: .zero))
        try await withBroker(options, clock: clock) { broker in
            let settled = TestCounter()
            let isBroken = Atomic(true)
            let recorder = MessageRecorder { _ in if isBroken.load(ordering: .relaxed) { throw Planned() } }
            _ = try await broker.subscribe(to: "t", name: "mailer", handler: recorder)
            try await broker.publish(message("1")) { settled.increment() }
            await broker.drain()
            let letter = try #require(try await broker.deadLetters().first)
            #expect(letter.message.id == "1")
            #expect(letter.message.topic == "t")
            #expect(letter.subscription == "mailer")
            #expect(letter.error == "planned")
            #expect(letter.attempts == 2)
            #expect(letter.failedAt == clock.now)
            #expect(settled.value == 1)

            isBroken.store(false, ordering: .relaxed)
            try await broker.redriveDeadLetter(id: letter.id)
            await broker.drain()
            #expect(recorder.handled.map(\.deliveryAttempt) == [1])
            #expect(try await broker.deadLetters().isEmpty)
            #expect(settled.value == 1)
            await #expect(throws: WorkflowError.self) { try await broker.redriveDeadLetter(id: letter.id) }
        }
    }

    @Test func `A dead letter that fails again stays the same letter`() async throws {
        try await withBroker(.init(maxDeliveries: 1)) { broker in
            let recorder = MessageRecorder { _ in throw Planned() }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            try await broker.publish(message("1"))
            await broker.drain()
            let letter = try #require(try await broker.deadLetters().first)
            try await broker.redriveDeadLetter(id: letter.id)
            await broker.drain()
            #expect(try await broker.deadLetters() == [letter])
            try await broker.redriveDeadLetter(id: letter.id)
            await broker.drain()
            #expect(try await broker.deadLetters() == [letter])
        }
    }

    @Test func `Dead letters survive the broker, and are kept until they are handled`() async throws {
        let store = InMemoryStateStore()
        let isBroken = Atomic(true)
        func run(_ body: (InMemoryMessageBroker) async throws -> Void) async throws {
            let broker = InMemoryMessageBroker(
                name: "test", configuration: .init(subscription: .init(maxDeliveries: 1)), store: store,
                clock: TestClock(), logger: .quiet)
            let recorder = MessageRecorder { _ in if isBroken.load(ordering: .relaxed) { throw Planned() } }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            try await body(broker)
            await broker.shutdown()
        }
        try await run { broker in
            try await broker.publish(message("1"))
            await broker.drain()
        }
        isBroken.store(false, ordering: .relaxed)
        try await run { broker in
            let letter = try #require(try await broker.deadLetters().first)
            #expect(letter.message.id == "1")
            try await broker.redriveDeadLetter(id: letter.id)
            await broker.drain()
        }
        try await run { broker async throws in #expect(try await broker.deadLetters().isEmpty) }
    }

    @Test func `A message is not settled before its dead letter is stored`() async throws {
        let works = Atomic(false)
        let refusals = TestCounter()
        let store = FailingStore(base: InMemoryStateStore()) { _ in
            guard !works.load(ordering: .relaxed) else { return nil }
            refusals.increment()
            return (StoreError(.unavailable, "planned"), false)
        }
        let broker = InMemoryMessageBroker(
            configuration: .init(subscription: .init(maxDeliveries: 1, backoff: Backoff(base: .zero))), store: store,
            logger: .quiet)
        let recorder = MessageRecorder { _ in throw Planned() }
        _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
        let settled = TestCounter()
        try await broker.publish(message("1")) { settled.increment() }
        try await eventually("the store is asked several times") { refusals.value > 2 }
        #expect(settled.value == 0)
        works.store(true, ordering: .relaxed)
        await broker.drain()
        #expect(settled.value == 1)
        #expect(try await broker.deadLetters().map(\.message.id) == ["1"])
        await broker.shutdown()
    }

    @Test func `A dead letter of a subscription that ended is kept`() async throws {
        try await withBroker(.init(maxDeliveries: 1)) { broker in
            let recorder = MessageRecorder { _ in throw Planned() }
            let subscription = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            for id in ["1", "2", "3"] { try await broker.publish(message(id)) }
            await broker.drain()
            await subscription.cancel()
            let letters = try await broker.deadLetters()
            #expect(letters.map(\.message.id).sorted() == ["1", "2", "3"])
            await #expect(throws: WorkflowError.self) { try await broker.redriveDeadLetter(id: letters[1].id) }
            #expect(try await broker.discardDeadLetter(id: letters[1].id))
            #expect(try await broker.discardDeadLetter(id: letters[1].id) == false)
            #expect(try await broker.deadLetters() == [letters[0], letters[2]])
        }
    }

    @Test func `Dead letters are kept for a time`() async throws {
        let clock = TestClock()
        try await withBroker(.init(maxDeliveries: 1), deadLetterRetention: .seconds(60), clock: clock) { broker in
            let recorder = MessageRecorder { _ in throw Planned() }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            try await broker.publish(message("1"))
            await broker.drain()
            clock.advance(by: .seconds(59))
            #expect(try await broker.deadLetters().count == 1)
            clock.advance(by: .seconds(2))
            #expect(try await broker.deadLetters().isEmpty)
        }
    }

    @Test func `A handler's own cancellation error counts as a failure`() async throws {
        try await withBroker(.init(maxDeliveries: 2, backoff: Backoff(base: .zero))) { broker in
            let recorder = MessageRecorder { _ in throw CancellationError() }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            try await broker.publish(message("1"))
            await broker.drain()
            #expect(try await broker.deadLetters().count == 1)
        }
    }
}
