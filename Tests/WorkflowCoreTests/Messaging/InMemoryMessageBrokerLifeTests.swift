import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@Suite(.timeLimit(.minutes(1)))
struct InMemoryMessageBrokerLifeTests {
    @Test func `A retained queue collects messages for its successor`() async throws {
        let clock = TestClock()
        try await withBroker(clock: clock) { broker in
            let first = MessageRecorder { message in if message.id == "1" { throw Planned() } }
            let old = try await broker.subscribe(to: "t.*", name: "s", handler: first)
            try await broker.publish(message("1", "t.a", key: "k"))
            try await clock.waitForSleepers()
            try await broker.publish(message("2", "t.a", key: "k"))

            broker.retainQueues()
            await old.cancel()
            let settled = TestCounter()
            #expect(broker.hasSubscribers(for: "t.a"))
            try await broker.publish(message("3", "t.a", key: "k")) { settled.increment() }
            #expect(settled.value == 0)

            let other = MessageRecorder()
            _ = try await broker.subscribe(to: "t.*", name: "other", handler: other)
            let second = MessageRecorder()
            let new = try await broker.subscribe(to: "t.*", name: "s", handler: second)
            await old.cancel()
            broker.releaseQueues()
            let handled = try await second.waitForMessages(3)
            #expect(handled.map { "\($0.id) \($0.deliveryAttempt)" } == ["1 2", "2 1", "3 1"])
            await broker.drain()
            #expect(settled.value == 1)
            #expect(other.delivered.isEmpty)
            await new.cancel()
            #expect(try await broker.deadLetters().isEmpty)
        }
    }

    @Test func `A successor begins after the message in hand is done`() async throws {
        try await withBroker { broker in
            let gate = TestGate()
            let first = MessageRecorder { _ in try await gate.wait() }
            let old = try await broker.subscribe(to: "t", name: "s", handler: first)
            try await broker.publish(message("1", key: "k"))
            try await broker.publish(message("2", key: "k"))
            try await eventually("The first delivery") { first.delivered.count == 1 }
            broker.retainQueues()
            let second = MessageRecorder { _ in #expect(first.handled.count == 1) }
            await withDiscardingTaskGroup { group in
                group.addTask { await old.cancel() }
                for _ in 0..<20 { await Task.yield() }
                group.addTask { _ = try? await broker.subscribe(to: "t", name: "s", handler: second) }
                for _ in 0..<20 { await Task.yield() }
                gate.open()
            }
            #expect(try await second.waitForMessages(1).map(\.id) == ["2"])
        }
    }

    @Test func `What nobody takes over is settled when queues are released`() async throws {
        try await withBroker(.init(capacity: 1)) { broker in
            broker.retainQueues()
            let subscription = try await broker.subscribe(to: "t", name: "s", handler: MessageRecorder())
            await subscription.cancel()
            let settled = TestCounter()
            try await broker.publish(message("1")) { settled.increment() }
            async let waiting: Void = broker.publish(message("2")) { settled.increment() }
            for _ in 0..<20 { await Task.yield() }
            broker.releaseQueues()
            try await waiting
            #expect(settled.value == 2)
            #expect(!broker.hasSubscribers(for: "t"))
        }
    }

    @Test func `Messages of a subscription that ends are not settled`() async throws {
        try await withBroker { broker in
            let gate = TestGate()
            let recorder = MessageRecorder { _ in try await gate.wait() }
            let subscription = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            let settled = Mutex<[String]>([])
            for id in ["1", "2"] {
                try await broker.publish(message(id)) { settled.withLock { $0.append(id) } }
            }
            try await eventually("The first delivery") { recorder.delivered.count == 1 }
            async let end: Void = subscription.cancel()
            try await eventually("The end of the subscription") { !broker.hasSubscribers(for: "t") }
            gate.open()
            await end
            #expect(settled.withLock { $0 } == ["1"])
            #expect(recorder.delivered.count == 1)
        }
    }

    @Test func `Shutdown lets handlers finish, refuses publishers and settles nothing that waits`() async throws {
        let broker = InMemoryMessageBroker(configuration: .init(subscription: .init(capacity: 2)), clock: TestClock())
        let gate = TestGate()
        let recorder = MessageRecorder { _ in try await gate.wait() }
        _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
        let settled = Mutex<[String]>([])
        for id in ["1", "2"] {
            try await broker.publish(message(id)) { settled.withLock { $0.append(id) } }
        }
        try await eventually("The first delivery") { recorder.delivered.count == 1 }
        let waiting = Task { try await broker.publish(message("3")) { settled.withLock { $0.append("3") } } }
        for _ in 0..<50 { await Task.yield() }
        async let end: Void = broker.shutdown()
        await #expect(throws: WorkflowError.self) { try await waiting.value }
        gate.open()
        await end
        #expect(settled.withLock { $0 } == ["1"])
        #expect(recorder.delivered.map(\.id) == ["1"])
        await #expect(throws: WorkflowError.self) { try await broker.publish(message("4")) }
        await #expect(throws: WorkflowError.self) { try await broker.checkHealth() }
        await #expect(throws: WorkflowError.self) {
            try await broker.subscribe(to: "t", name: "s", handler: recorder)
        }
        await broker.shutdown()
    }

    @Test func `Handlers that do not finish in time are cancelled`() async throws {
        let clock = TestClock()
        let broker = InMemoryMessageBroker(clock: clock, logger: .quiet)
        let recorder = MessageRecorder { _ in try await TestGate().wait() }
        _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
        let settled = TestCounter()
        try await broker.publish(message("1")) { settled.increment() }
        try await eventually("The first delivery") { recorder.delivered.count == 1 }
        async let end: Void = broker.shutdown(deadline: .seconds(3))
        try await clock.waitForSleepers()
        clock.advance(by: .seconds(3))
        await end
        #expect(recorder.handled.isEmpty)
        #expect(settled.value == 0)
        #expect(try await broker.deadLetters().isEmpty)
    }

    @Test func `A handler may shut its own broker down`() async throws {
        let broker = InMemoryMessageBroker(clock: TestClock())
        let recorder = MessageRecorder { _ in await broker.shutdown() }
        _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
        try await broker.publish(message("1"))
        try await recorder.waitForMessages(1)
    }

    @Test func `Shutdown ends waits between attempts`() async throws {
        let clock = TestClock()
        let broker = InMemoryMessageBroker(clock: clock, logger: .quiet)
        _ = try await broker.subscribe(to: "t", name: "s", handler: MessageRecorder { _ in throw Planned() })
        try await broker.publish(message("1"))
        try await clock.waitForSleepers()
        await broker.shutdown()
        #expect(clock.sleeperCount == 0)
    }
}
