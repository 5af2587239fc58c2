import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@Suite(.timeLimit(.minutes(1)))
struct OutboxDispatcherTests {
    let store = OutboxStore()
    let clock = TestClock()

    /// Lends a dispatcher that runs and has read the store, and shuts it down afterwards.
    private func withOutbox(
        _ configuration: OutboxDispatcher.Configuration = .init(), metrics: EngineMetrics? = nil,
        broker: @escaping @Sendable (String) -> (any MessageBroker)?,
        _ body: @Sendable (OutboxDispatcher) async throws -> Void
    ) async throws {
        let outbox = OutboxDispatcher(
            store: store, clock: clock, random: { 1 }, configuration: configuration, metrics: metrics, logger: .quiet,
            broker: broker)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await outbox.run() }
            try await eventually("The first reading") { !store.readings.isEmpty }
            try await body(outbox)
            await outbox.shutdown(deadline: .seconds(1))
        }
    }

    private func commit(_ outbox: OutboxDispatcher, _ events: [OutboxEvent]) {
        store.append(events)
        outbox.enqueue(events)
    }

    @Test func `What an earlier run left is delivered first and in order`() async throws {
        store.append((1...5).map { event("\($0)", key: "k") })
        let broker = ScriptedBroker()
        try await withOutbox(broker: { _ in broker }) { outbox in
            commit(outbox, [event("6", key: "k")])
            try await eventually("Delivery") { broker.ids.count == 6 }
        }
        #expect(broker.ids == (1...6).map(String.init))
        #expect(store.events.isEmpty)
    }

    @Test func `Events of a key go one after the other and keys in parallel`() async throws {
        let gate = TestGate()
        let running = Mutex<[String: Int]>([:])
        let broker = ScriptedBroker { message, _ in
            let count = running.withLock { running in
                running[message.key, default: 0] += 1
                return running[message.key]
            }
            #expect(count == 1)
            try await gate.wait()
            running.withLock { $0[message.key] = 0 }
        }
        try await withOutbox(.init(concurrency: 3), broker: { _ in broker }) { outbox in
            for number in 0..<10 {
                commit(outbox, ["a", "b", "c", "d"].map { event("\($0)\(number)", key: $0) })
            }
            try await eventually("Three deliveries at the same time") { gate.waitingCount == 3 }
            #expect(outbox.pendingEvents == 40)
            gate.open()
            try await eventually("Delivery") { broker.ids.count == 40 }
        }
        for key in ["a", "b", "c", "d"] { #expect(broker.ids(key: key) == (0..<10).map { "\(key)\($0)" }) }
        #expect(store.events.isEmpty)
    }

    @Test func `A broker that is down is tried again in order and harms no other`() async throws {
        let down = ScriptedBroker { _, attempt in
            if attempt <= 3 { throw WorkflowError(.unavailable, "down") }
        }
        let up = ScriptedBroker()
        let configuration = OutboxDispatcher.Configuration(
            concurrency: 1, backoff: Backoff(base: .seconds(1), limit: .seconds(2)))
        try await withOutbox(configuration, broker: { $0 == "down" ? down : up }) { outbox in
            commit(outbox, (1...3).map { event("\($0)", key: "k", broker: "down") })
            commit(outbox, [event("4", broker: "up")])
            try await eventually("Delivery by the other broker") { up.ids == ["4"] }
            #expect(down.ids.isEmpty)
            try await eventually("Delivery") {
                clock.advanceToNextSleeper()
                return down.ids.count == 3
            }
        }
        #expect(down.ids == ["1", "2", "3"])
        #expect(down.attempts == 6)
    }

    @Test func `Rows are removed after settlement, many at a time`() async throws {
        let broker = ScriptedBroker(settlesAtOnce: false)
        try await withOutbox(.init(removalBatch: 100), broker: { _ in broker }) { outbox in
            commit(outbox, (0..<10).map { event("\($0)", key: "k") })
            try await eventually("Delivery") { broker.ids.count == 10 }
            #expect(store.removals.isEmpty)
            broker.settle()
            try await clock.waitForSleepers()
            #expect(store.removals.isEmpty)
            clock.advance(by: .milliseconds(50))
            try await eventually("Removal") { store.events.isEmpty }
            #expect(store.removals.map(\.count) == [10])

            commit(outbox, (0..<100).map { event("full-\($0)", key: "\($0)") })
            try await eventually("Delivery") { broker.ids.count == 110 }
            broker.settle()
            try await eventually("Removal of a full batch without waiting") { store.events.isEmpty }
        }
    }

    @Test func `A store that fails is tried again`() async throws {
        store.append([event("1")])
        store.fail(times: 2)
        let broker = ScriptedBroker()
        let outbox = OutboxDispatcher(
            store: store, clock: clock, random: { 0 }, configuration: .init(removalBatch: 1), logger: .quiet,
            broker: { _ in broker })
        async let life: Void = outbox.run()
        try await eventually("Delivery") { broker.ids == ["1"] }
        try await eventually("Removal") { store.events.isEmpty }
        store.fail(times: 2)
        commit(outbox, [event("2")])
        try await eventually("Removal") { store.events.isEmpty }
        await outbox.shutdown(deadline: .seconds(1))
        await life
        #expect(broker.ids == ["1", "2"])
    }

    @Test func `Events of a broker that does not exist stay and are tried again on demand`() async throws {
        let broker = ScriptedBroker()
        let isThere = Mutex(false)
        let metrics = EngineMetrics(registry: MetricsRegistry())
        let resolve: @Sendable (String) -> (any MessageBroker)? = { name in
            isThere.withLock { $0 } || name == "main" ? broker : nil
        }
        try await withOutbox(metrics: metrics, broker: resolve) { outbox in
            commit(outbox, [event("1", key: "k", broker: "gone"), event("2", key: "k"), event("3", broker: "gone")])
            try await eventually("Two undeliverable events") { outbox.undeliverableEvents == 2 }
            try await eventually("Delivery") { broker.ids == ["2"] }
            let text = String(decoding: metrics.registry.render(), as: UTF8.self)
            #expect(text.contains("outbox_undeliverable 2\n"))
            #expect(store.events.contains { $0.id == "1" })
            isThere.withLock { $0 = true }
            outbox.retryUndeliverable()
            try await eventually("Delivery") { Set(broker.ids) == ["1", "2", "3"] }
            #expect(outbox.undeliverableEvents == 0)
        }
        #expect(store.events.isEmpty)
    }

    @Test func `An event that the broker refuses stays and lets its key go on`() async throws {
        let broker = ScriptedBroker { message, _ in
            if message.id == "bad" { throw WorkflowError(.invalidInput, "bad topic") }
        }
        try await withOutbox(broker: { _ in broker }) { outbox in
            commit(outbox, [event("1", key: "k"), event("bad", key: "k"), event("3", key: "k")])
            try await eventually("Delivery") { broker.ids == ["1", "3"] }
            #expect(outbox.undeliverableEvents == 1)
        }
        #expect(store.events.map(\.id) == ["bad"])
    }

    @Test func `More events than fit in memory are read from the store in pages and keep their order`() async throws {
        let gate = TestGate()
        let broker = ScriptedBroker { _, _ in try await gate.wait() }
        let configuration = OutboxDispatcher.Configuration(capacity: 20, pageSize: 7, concurrency: 2)
        try await withOutbox(configuration, broker: { _ in broker }) { outbox in
            for number in 0..<100 { commit(outbox, ["a", "b"].map { event("\($0)\(number)", key: $0) }) }
            #expect(outbox.pendingEvents <= 20)
            gate.open()
            for number in 100..<150 {
                commit(outbox, ["a", "b"].map { event("\($0)\(number)", key: $0) })
                await Task.yield()
            }
            try await eventually("Delivery") { broker.ids.count == 300 }
            #expect(outbox.pendingEvents <= 20)
        }
        for key in ["a", "b"] { #expect(broker.ids(key: key) == (0..<150).map { "\(key)\($0)" }) }
        #expect(store.events.isEmpty)
    }

    @Test func `A crash before the removal delivers again with the same identifier`() async throws {
        let broker = ScriptedBroker(settlesAtOnce: false)
        for _ in 1...2 {
            let outbox = OutboxDispatcher(store: store, clock: clock, logger: .quiet, broker: { _ in broker })
            let life = Task { await outbox.run() }
            let count = broker.ids.count
            if count == 0 {
                try await eventually("The first reading") { !store.readings.isEmpty }
                commit(outbox, [event("1")])
            }
            try await eventually("Delivery") { broker.ids.count == count + 1 }
            life.cancel()
            await life.value
        }
        #expect(broker.ids == ["1", "1"])
        #expect(store.events.map(\.id) == ["1"])
    }

    @Test func `Shutdown waits for settlement up to its deadline`() async throws {
        let broker = ScriptedBroker(settlesAtOnce: false)
        let outbox = OutboxDispatcher(store: store, clock: clock, logger: .quiet, broker: { _ in broker })
        async let life: Void = outbox.run()
        try await eventually("The first reading") { !store.readings.isEmpty }
        commit(outbox, [event("1")])
        try await eventually("Delivery") { broker.ids == ["1"] }
        async let end: Void = outbox.shutdown(deadline: .seconds(5))
        try await clock.waitForSleepers()
        commit(outbox, [event("late")])
        clock.advance(by: .seconds(5))
        await end
        await life
        #expect(store.events.map(\.id) == ["1", "late"])
        #expect(broker.ids == ["1"])
    }

    @Test func `Shutdown without a run returns at once, and nothing runs afterwards`() async throws {
        let outbox = OutboxDispatcher(store: store, clock: clock, logger: .quiet, broker: { _ in nil })
        await outbox.shutdown(deadline: .seconds(1))
        await outbox.run()
        outbox.enqueue([event("1")])
        #expect(outbox.pendingEvents == 0)
    }

    @Test func `Events reach subscribers of the in-memory broker in order although handlers fail`() async throws {
        let broker = InMemoryMessageBroker(
            configuration: .init(subscription: .init(capacity: 10, backoff: Backoff(base: .zero))), logger: .quiet)
        let recorder = MessageRecorder { message in
            if message.deliveryAttempt == 1, message.id.hasSuffix("7") { throw Planned() }
        }
        _ = try await broker.subscribe(to: "order.*", name: "s", handler: recorder)
        try await withOutbox(broker: { _ in broker }) { outbox in
            for number in 0..<200 {
                commit(outbox, ["a", "b", "c"].map { event("\($0)\(number)", key: $0, topic: "order.\($0)") })
            }
            try await recorder.waitForMessages(600)
        }
        for key in ["a", "b", "c"] {
            #expect(recorder.handled.filter { $0.key == key }.map(\.id) == (0..<200).map { "\(key)\($0)" })
        }
        #expect(store.events.isEmpty)
        await broker.shutdown()
    }
}
