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
            let letter = try #require(broker.deadLetters().first)
            #expect(letter.message.id == "1")
            #expect(letter.message.topic == "t")
            #expect(letter.subscription == "mailer")
            #expect(letter.error == "planned")
            #expect(letter.attempts == 2)
            #expect(letter.failedAt == clock.now)
            #expect(settled.value == 1)

            isBroken.store(false, ordering: .relaxed)
            try broker.redrive(id: letter.id)
            await broker.drain()
            #expect(recorder.handled.map(\.deliveryAttempt) == [1])
            #expect(broker.deadLetters().isEmpty)
            #expect(settled.value == 1)
            #expect(throws: WorkflowError.self) { try broker.redrive(id: letter.id) }
        }
    }

    @Test func `A dead letter of a subscription that ended is kept`() async throws {
        try await withBroker(.init(maxDeliveries: 1)) { broker in
            let recorder = MessageRecorder { _ in throw Planned() }
            let subscription = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            for id in ["1", "2", "3"] { try await broker.publish(message(id)) }
            await broker.drain()
            await subscription.cancel()
            #expect(throws: WorkflowError.self) { try broker.redrive(id: 2) }
            #expect(broker.deadLetters().map(\.message.id) == ["1", "2", "3"])
            #expect(broker.discardDeadLetter(id: 2))
            #expect(!broker.discardDeadLetter(id: 2))
            #expect(broker.deadLetters().map(\.id) == [1, 3])
        }
    }

    @Test func `The oldest dead letters are dropped and counted`() async throws {
        try await withBroker(.init(maxDeliveries: 1), deadLetters: 3) { broker in
            let recorder = MessageRecorder { _ in throw Planned() }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            for number in 1...5 { try await broker.publish(message("\(number)")) }
            await broker.drain()
            #expect(broker.deadLetters().map(\.message.id) == ["3", "4", "5"])
            #expect(broker.droppedDeadLetters == 2)
        }
    }

    @Test func `A handler's own cancellation error counts as a failure`() async throws {
        try await withBroker(.init(maxDeliveries: 2, backoff: Backoff(base: .zero))) { broker in
            let recorder = MessageRecorder { _ in throw CancellationError() }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            try await broker.publish(message("1"))
            await broker.drain()
            #expect(broker.deadLetters().count == 1)
        }
    }
}
