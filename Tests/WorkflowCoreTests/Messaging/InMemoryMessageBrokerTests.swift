import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@Suite(.timeLimit(.minutes(1)))
struct InMemoryMessageBrokerTests {
    @Test(arguments: MessageBrokerConformance.Check.allCases, [1, 3])
    func conforms(to check: MessageBrokerConformance.Check, concurrency: Int) async throws {
        let options = InMemoryMessageBroker.SubscriptionOptions(
            capacity: 20, concurrency: concurrency, backoff: Backoff(base: .zero))
        try await MessageBrokerConformance(queueCapacity: 20) { body in
            try await withBroker(options) { try await body($0) }
        }.run(check)
    }

    @Test func `Publishing counts deliveries from 1 whatever the message says`() async throws {
        try await withBroker { broker in
            let recorder = MessageRecorder()
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            var again = message("1")
            again.deliveryAttempt = 9
            try await broker.publish(again)
            #expect(try await recorder.waitForMessages(1).map(\.deliveryAttempt) == [1])
        }
    }

    @Test func `A publisher that waits can be cancelled and its message is not delivered`() async throws {
        try await withBroker(.init(capacity: 1)) { broker in
            let gate = TestGate()
            let recorder = MessageRecorder { _ in try await gate.wait() }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            try await broker.publish(message("1"))
            let settled = TestCounter()
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await broker.publish(message("2")) { settled.increment() }
                    }
                }
                for _ in 0..<20 { await Task.yield() }
                group.cancelAll()
            }
            gate.open()
            await broker.drain()
            #expect(recorder.handled.map(\.id) == ["1"])
            #expect(settled.value == 0)
        }
    }

    @Test func `Publishers that wait are admitted in the order in which they came`() async throws {
        try await withBroker(.init(capacity: 1)) { broker in
            let gate = TestGate()
            let recorder = MessageRecorder { _ in try await gate.wait() }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            try await broker.publish(message("0"))
            var tasks: [Task<Void, any Error>] = []
            for number in 1...5 {
                let started = TestGate()
                tasks.append(
                    Task {
                        started.open()
                        try await broker.publish(message("\(number)"))
                    })
                try await started.wait()
                for _ in 0..<50 { await Task.yield() }
            }
            gate.open()
            for task in tasks { try await task.value }
            await broker.drain()
            #expect(Set(recorder.handled.map(\.id)) == Set((0...5).map(String.init)))
            #expect(recorder.handled.count == 6)
        }
    }

    @Test func `Handlers that publish to each other's full queues do not wait for each other`() async throws {
        try await withBroker(.init(capacity: 2)) { broker in
            let both = TestGate()
            let started = TestCounter()
            @Sendable func forward(_ message: Message, to topic: String) async throws {
                guard message.id == "go" else { return }
                if started.increment() == 2 { both.open() }
                try await both.wait()
                for number in 0..<10 { try await broker.publish(WorkflowCoreTests.message("\(number)", topic)) }
            }
            let a = MessageRecorder { try await forward($0, to: "b") }
            let b = MessageRecorder { try await forward($0, to: "a") }
            _ = try await broker.subscribe(to: "a", name: "a", handler: a)
            _ = try await broker.subscribe(to: "b", name: "b", handler: b)
            try await broker.publish(message("go", "a"))
            try await broker.publish(message("go", "b"))
            try await a.waitForMessages(11)
            try await b.waitForMessages(11)
        }
    }

    @Test func `A handler may cancel its own subscription`() async throws {
        try await withBroker { broker in
            let own = Mutex<(any Subscription)?>(nil)
            let recorder = MessageRecorder { _ in await own.withLock { $0 }?.cancel() }
            let subscription = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            own.withLock { $0 = subscription }
            try await broker.publish(message("1"))
            try await recorder.waitForMessages(1)
            #expect(!broker.hasSubscribers(for: "t"))
        }
    }

    @Test func `Several workers handle different keys at the same time and one key in order`() async throws {
        try await withBroker(.init(concurrency: 4)) { broker in
            let gate = TestGate()
            let running = Mutex<[String: Int]>([:])
            let recorder = MessageRecorder { message in
                let other = running.withLock { $0.updateValue(1, forKey: message.key) }
                #expect(other == nil)
                try await gate.wait()
                running.withLock { _ = $0.removeValue(forKey: message.key) }
            }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            for number in 0..<10 {
                for key in ["a", "b", "c"] { try await broker.publish(message("\(number)", key: key)) }
            }
            try await eventually("Three keys at the same time") { recorder.delivered.count == 3 }
            gate.open()
            let handled = try await recorder.waitForMessages(30)
            for key in ["a", "b", "c"] {
                #expect(handled.filter { $0.key == key }.map(\.id) == (0..<10).map(String.init))
            }
        }
    }

    @Test func `Many publishers and many subscriptions lose nothing`() async throws {
        try await withBroker(.init(capacity: 8, concurrency: 2)) { broker in
            let recorders = (0..<4).map { _ in MessageRecorder { _ in await Task.yield() } }
            for (index, recorder) in recorders.enumerated() {
                _ = try await broker.subscribe(to: "t.*", name: "\(index)", handler: recorder)
            }
            let settled = TestCounter()
            try await withThrowingDiscardingTaskGroup { group in
                for publisher in 0..<8 {
                    group.addTask {
                        for number in 0..<100 {
                            let next = message("\(publisher)-\(number)", "t.\(number % 3)", key: "\(publisher)")
                            try await broker.publish(next) { settled.increment() }
                        }
                    }
                }
            }
            await broker.drain()
            #expect(settled.value == 800)
            for recorder in recorders {
                #expect(recorder.handled.count == 800)
                for publisher in 0..<8 {
                    #expect(
                        recorder.handled.filter { $0.key == "\(publisher)" }.map(\.id)
                            == (0..<100).map { "\(publisher)-\($0)" })
                }
            }
        }
    }

    @Test func `Metrics tell of publishing, deliveries and depth`() async throws {
        let metrics = EngineMetrics(registry: MetricsRegistry())
        try await withBroker(.init(maxDeliveries: 2, backoff: Backoff(base: .zero)), metrics: metrics) { broker in
            let gate = TestGate()
            let recorder = MessageRecorder { message in
                try await gate.wait()
                if message.id == "bad" { throw Planned() }
            }
            _ = try await broker.subscribe(to: "t", name: "s", handler: recorder)
            for id in ["1", "bad", "3"] { try await broker.publish(message(id)) }
            #expect(broker.pendingMessages == 3)
            let text = String(decoding: metrics.registry.render(), as: UTF8.self)
            #expect(text.contains(#"broker_queue_depth{broker="test",subscription="s"} 3"#))
            gate.open()
            await broker.drain()
            let delivered = metrics.brokerMessagesDelivered
            #expect(metrics.brokerMessagesPublished.with("test").value == 3)
            #expect(delivered.with("test", "s", "success").value == 2)
            #expect(delivered.with("test", "s", "failure").value == 2)
            #expect(delivered.with("test", "s", "dead").value == 1)
            let later = String(decoding: metrics.registry.render(), as: UTF8.self)
            #expect(later.contains(#"broker_dead_letters{broker="test"} 1"#))
        }
    }
}
