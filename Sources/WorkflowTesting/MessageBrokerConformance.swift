import Synchronization
public import WorkflowCore

/// Holds a ``MessageBroker`` against the promises of the protocol.
///
/// ```swift
/// @Test(arguments: MessageBrokerConformance.Check.allCases)
/// func conforms(_ check: MessageBrokerConformance.Check) async throws {
///     try await MessageBrokerConformance { body in
///         let broker = InMemoryMessageBroker(configuration: quick)
///         try await body(broker)
///         await broker.shutdown()
///     }.run(check)
/// }
/// ```
///
/// The broker must deliver at least three times, with little or no time between.
public struct MessageBrokerConformance: Sendable {
    /// One promise.
    public enum Check: String, CaseIterable, Sendable {
        /// Every subscription that matches gets the message, unchanged.
        case deliversToAllSubscribers
        /// Messages with the same key arrive in order, even when one of them fails at first.
        case keepsOrderWithinKey
        /// A message whose handler fails is delivered again, with the same identifier.
        case deliversAgainAfterFailure
        /// A handler that always fails harms neither other keys nor other subscriptions.
        case isolatesFailures
        /// Patterns match as documented.
        case matchesPatterns
        /// Publishing waits while a queue is full, and loses nothing.
        case waitsWhenFull
        /// Every message is settled exactly once.
        case settlesOnce
        /// A message that nobody listens to is settled too.
        case settlesWithoutSubscribers
        /// A handler may publish to its own topic, more than fits its queue.
        case allowsPublishingInHandler
        /// A handler may subscribe.
        case allowsSubscribingInHandler
        /// Cancelling waits for the message in hand, and nothing is delivered afterwards.
        case cancelWaitsForMessageInHand
        /// The broker is healthy.
        case isHealthy
    }

    /// Makes a broker, lends it to its argument, and ends it.
    public typealias WithBroker =
        @Sendable (_ body: @Sendable (any MessageBroker) async throws -> Void) async throws -> Void

    private let queueCapacity: Int?
    private let limit: Duration
    private let withBroker: WithBroker

    /// Creates a suite.
    ///
    /// - Parameters:
    ///   - queueCapacity: How many messages a subscription holds before publishing waits; `nil` when the broker has no
    ///     such bound.
    ///   - limit: How long a check may wait for something to happen.
    ///   - withBroker: Makes a broker, lends it to its argument, and ends it.
    public init(queueCapacity: Int? = nil, limit: Duration = .seconds(10), _ withBroker: @escaping WithBroker) {
        self.queueCapacity = queueCapacity
        self.limit = limit
        self.withBroker = withBroker
    }

    /// Checks one promise.
    ///
    /// - Throws: ``ConformanceFailure`` when it is broken; what the broker throws.
    public func run(_ check: Check) async throws {
        try await withBroker { broker in
            let subject = Subject(broker: broker, limit: limit)
            switch check {
            case .deliversToAllSubscribers: try await subject.deliversToAllSubscribers()
            case .keepsOrderWithinKey: try await subject.keepsOrderWithinKey()
            case .deliversAgainAfterFailure: try await subject.deliversAgainAfterFailure()
            case .isolatesFailures: try await subject.isolatesFailures()
            case .matchesPatterns: try await subject.matchesPatterns()
            case .waitsWhenFull: if let queueCapacity { try await subject.waitsWhenFull(queueCapacity) }
            case .settlesOnce: try await subject.settlesOnce()
            case .settlesWithoutSubscribers: try await subject.settlesWithoutSubscribers()
            case .allowsPublishingInHandler: try await subject.allowsPublishingInHandler(queueCapacity ?? 10)
            case .allowsSubscribingInHandler: try await subject.allowsSubscribingInHandler()
            case .cancelWaitsForMessageInHand: try await subject.cancelWaitsForMessageInHand()
            case .isHealthy: try await broker.checkHealth()
            }
        }
    }
}

/// A broker under test, with topics of its own.
private struct Subject: Sendable {
    let broker: any MessageBroker
    let limit: Duration
    let prefix = "conformance-" + UUIDv7Generator().next()

    func pattern(_ text: String) throws -> TopicPattern { try TopicPattern("\(prefix).\(text)") }

    func message(_ topic: String, _ id: String, key: String = "", payload: JSONValue = .null) -> Message {
        Message(id: id, topic: "\(prefix).\(topic)", payload: payload, key: key, timestamp: .systemNow())
    }

    func ids(_ messages: [Message]) -> [String] { messages.map(\.id) }

    func deliversToAllSubscribers() async throws {
        let first = MessageRecorder()
        let second = MessageRecorder()
        let subscriptions = [
            try await broker.subscribe(to: try pattern("a"), name: "first", handler: first),
            try await broker.subscribe(to: try pattern("*"), name: "second", handler: second),
        ]
        try ConformanceFailure.require(
            broker.hasSubscribers(for: "\(prefix).a"), "hasSubscribers is false though there are")
        let sent = message("a", "1", key: "k", payload: ["text": "ü", "list": [1, 2.5, nil]])
        try await broker.publish(sent)
        for recorder in [first, second] {
            try ConformanceFailure.requireEqual(
                try await recorder.waitForMessages(1, limit: limit), [sent], "What arrives")
        }
        for subscription in subscriptions { await subscription.cancel() }
    }

    func keepsOrderWithinKey() async throws {
        let recorder = MessageRecorder { message in
            if message.deliveryAttempt == 1, message.id.hasSuffix("-3") { throw ConformanceFailure("on purpose") }
        }
        let subscription = try await broker.subscribe(to: try pattern("a"), name: "order", handler: recorder)
        for number in 0..<20 {
            for key in ["x", "y", "z"] { try await broker.publish(message("a", "\(key)-\(number)", key: key)) }
        }
        let handled = try await recorder.waitForMessages(60, limit: limit)
        for key in ["x", "y", "z"] {
            try ConformanceFailure.requireEqual(
                ids(handled.filter { $0.key == key }), (0..<20).map { "\(key)-\($0)" }, "Order of the key \(key)")
        }
        await subscription.cancel()
    }

    func deliversAgainAfterFailure() async throws {
        let recorder = MessageRecorder { message in
            if message.deliveryAttempt < 3 { throw ConformanceFailure("on purpose") }
        }
        let subscription = try await broker.subscribe(to: try pattern("a"), name: "again", handler: recorder)
        try await broker.publish(message("a", "1"))
        try await recorder.waitForMessages(1, limit: limit)
        try ConformanceFailure.requireEqual(
            recorder.delivered.map { "\($0.id) \($0.deliveryAttempt)" }, ["1 1", "1 2", "1 3"], "Deliveries")
        await subscription.cancel()
    }

    func isolatesFailures() async throws {
        let failing = MessageRecorder { message in
            if message.key == "bad" { throw ConformanceFailure("on purpose") }
        }
        let working = MessageRecorder()
        let subscriptions = [
            try await broker.subscribe(to: try pattern("a"), name: "failing", handler: failing),
            try await broker.subscribe(to: try pattern("a"), name: "working", handler: working),
        ]
        try await broker.publish(message("a", "bad", key: "bad"))
        for number in 0..<5 { try await broker.publish(message("a", "\(number)", key: "good")) }
        try ConformanceFailure.requireEqual(
            ids(try await failing.waitForMessages(5, limit: limit)), (0..<5).map(String.init), "Other keys")
        // Where the message with the other key comes among these is not promised: it may be in another partition.
        let handled = ids(try await working.waitForMessages(6, limit: limit))
        try ConformanceFailure.requireEqual(
            handled.filter { $0 != "bad" }, (0..<5).map(String.init), "Other subscriptions")
        try ConformanceFailure.requireEqual(
            handled.count { $0 == "bad" }, 1, "The message that fails elsewhere, at other subscriptions")
        for subscription in subscriptions { await subscription.cancel() }
    }

    func matchesPatterns() async throws {
        let topics = ["a", "a.b", "a.b.c", "a.x.c", "b", "b.b", "b.b.c"]
        let table: [(pattern: String, matches: [String])] = [
            ("a", ["a"]), ("a.b", ["a.b"]), ("a.*", ["a.b", "a.b.c", "a.x.c"]), ("a.>", ["a.b", "a.b.c", "a.x.c"]),
            ("*.b", ["a.b", "b.b"]), ("a.*.c", ["a.b.c", "a.x.c"]), ("*.*.c", ["a.b.c", "a.x.c", "b.b.c"]),
            (">", topics), ("c", []),
        ]
        var subscriptions: [(recorder: MessageRecorder, subscription: any Subscription)] = []
        for (index, row) in table.enumerated() {
            let recorder = MessageRecorder()
            let subscription = try await broker.subscribe(
                to: try pattern(row.pattern), name: "pattern-\(index)", handler: recorder)
            subscriptions.append((recorder, subscription))
        }
        for topic in topics { try await broker.publish(message(topic, topic, key: "one")) }
        for (row, subscription) in zip(table, subscriptions) {
            // What comes last and matches proves that nothing else was delivered before it.
            try ConformanceFailure.requireEqual(
                ids(try await subscription.recorder.waitForMessages(row.matches.count, limit: limit)).sorted(),
                row.matches.sorted(),
                "Topics that match \(row.pattern)")
            await subscription.subscription.cancel()
            try ConformanceFailure.requireEqual(
                subscription.recorder.delivered.count, row.matches.count, "Deliveries for \(row.pattern)")
        }
    }

    func waitsWhenFull(_ capacity: Int) async throws {
        let gate = TestGate()
        let recorder = MessageRecorder { _ in try await gate.wait() }
        let subscription = try await broker.subscribe(to: try pattern("a"), name: "full", handler: recorder)
        let published = TestCounter()
        try await withThrowingDiscardingTaskGroup { group in
            for number in 0..<capacity + 10 {
                group.addTask {
                    try await broker.publish(message("a", "\(number)", key: "\(number)"))
                    published.increment()
                }
            }
            try await withTimeLimit("Publishing up to the bound", limit: limit) {
                while published.value < capacity { await Task.yield() }
            }
            for _ in 0..<100 { await Task.yield() }
            let early = published.value
            gate.open()
            try ConformanceFailure.requireEqual(early, capacity, "Messages taken while the queue is full")
        }
        let handled = try await recorder.waitForMessages(capacity + 10, limit: limit)
        try ConformanceFailure.requireEqual(Set(ids(handled)).count, capacity + 10, "Messages that arrive")
        await subscription.cancel()
    }

    func settlesOnce() async throws {
        let handlers = [MessageRecorder(), MessageRecorder { _ in throw ConformanceFailure("on purpose") }]
        var subscriptions: [any Subscription] = []
        for (index, handler) in handlers.enumerated() {
            subscriptions.append(
                try await broker.subscribe(to: try pattern("a"), name: "settle-\(index)", handler: handler))
        }
        let counts = (0..<20).map { _ in TestCounter() }
        let all = TestGate()
        let settled = TestCounter()
        for (number, count) in counts.enumerated() {
            try await broker.publish(message("a", "\(number)", key: "\(number % 3)")) {
                count.increment()
                if settled.increment() == 20 { all.open() }
            }
        }
        try await withTimeLimit("Settlement of all messages", limit: limit) { try await all.wait() }
        for subscription in subscriptions { await subscription.cancel() }
        try ConformanceFailure.requireEqual(counts.map(\.value), Array(repeating: 1, count: 20), "Settlements")
    }

    func settlesWithoutSubscribers() async throws {
        let gate = TestGate()
        try await broker.publish(message("nobody", "1")) { gate.open() }
        try await withTimeLimit("Settlement of a message without subscribers", limit: limit) { try await gate.wait() }
    }

    func allowsPublishingInHandler(_ capacity: Int) async throws {
        let count = capacity * 2
        let recorder = MessageRecorder { delivered in
            guard delivered.id == "first" else { return }
            for number in 0..<count { try await broker.publish(message("a", "\(number)", key: "\(number)")) }
        }
        let subscription = try await broker.subscribe(to: try pattern("a"), name: "echo", handler: recorder)
        try await broker.publish(message("a", "first"))
        try await recorder.waitForMessages(count + 1, limit: limit)
        await subscription.cancel()
    }

    func allowsSubscribingInHandler() async throws {
        let late = MessageRecorder()
        let subscriptions = Mutex<[any Subscription]>([])
        let recorder = MessageRecorder { _ in
            let subscription = try await broker.subscribe(to: try pattern("b"), name: "late", handler: late)
            subscriptions.withLock { $0.append(subscription) }
            try await broker.publish(message("b", "2"))
        }
        let subscription = try await broker.subscribe(to: try pattern("a"), name: "early", handler: recorder)
        try await broker.publish(message("a", "1"))
        try await late.waitForMessages(1, limit: limit)
        await subscription.cancel()
        for subscription in subscriptions.withLock({ $0 }) { await subscription.cancel() }
    }

    func cancelWaitsForMessageInHand() async throws {
        let started = TestGate()
        let gate = TestGate()
        let recorder = MessageRecorder { _ in
            started.open()
            try await gate.wait()
        }
        let subscription = try await broker.subscribe(to: try pattern("a"), name: "cancel", handler: recorder)
        try await broker.publish(message("a", "1", key: "k"))
        try await broker.publish(message("a", "2", key: "k"))
        try await withTimeLimit("The first delivery", limit: limit) { try await started.wait() }
        let cancelled = TestCounter()
        let task = Task {
            await subscription.cancel()
            cancelled.increment()
        }
        for _ in 0..<100 { await Task.yield() }
        let early = cancelled.value
        gate.open()
        await task.value
        try ConformanceFailure.requireEqual(early, 0, "Cancellations before the message in hand was done")
        try ConformanceFailure.requireEqual(ids(recorder.handled).first, "1", "The message in hand")
        let count = recorder.delivered.count
        try await broker.publish(message("a", "3", key: "k"))
        for _ in 0..<100 { await Task.yield() }
        try ConformanceFailure.requireEqual(recorder.delivered.count, count, "Deliveries after the end")
    }
}
