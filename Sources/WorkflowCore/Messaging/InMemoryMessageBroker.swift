public import Logging
import Synchronization

/// A broker inside this process.
///
/// - Each subscription has a bounded queue and its own worker (or several). Publishing waits while a queue is full.
/// - Messages with the same key reach a subscription in the order of publishing, one at a time. Messages with an empty
///   key have no order among each other when a handler fails or when the subscription has several workers.
/// - A message whose handler throws is delivered again after a growing, random time, while other keys go on. After
///   ``SubscriptionOptions/maxDeliveries`` it becomes a dead letter, see ``deadLetters(limit:)`` and ``redriveDeadLetter(id:)``.
/// - A handler may publish, subscribe and cancel subscriptions, its own included. Publishing from within a handler does
///   not wait for room in the handler's own queue, nor in one whose handlers wait for the handler's own; the queue then
///   grows beyond its bound.
/// - Messages are in memory only. What must survive a crash goes through the outbox, which keeps it until it is settled.
///
/// ```swift
/// let broker = InMemoryMessageBroker()
/// let subscription = try await broker.subscribe(to: "order.*", name: "mailer", handler: mailer)
/// try await broker.publish(Message(id: "1", topic: "order.paid", payload: ["id": 7], key: "7", timestamp: clock.now))
/// await subscription.cancel()
/// await broker.shutdown()
/// ```
public final class InMemoryMessageBroker: MessageBroker {
    struct State {
        var index = TopicIndex<SubscriptionQueue>()
        var subscriptions: [ObjectIdentifier: InMemorySubscription] = [:]
        /// By queue, the subscriptions that share it; the last one has it.
        var lines: [ObjectIdentifier: [InMemorySubscription]] = [:]
        /// The queues that take no more messages.
        var closed: Set<ObjectIdentifier> = []
        /// Whether subscriptions of some generation have taken over.
        var isInUse = false
        /// Cancelled subscriptions whose queues wait for a successor; `nil` when queues are not retained.
        var retained: [InMemorySubscription]?
        var isShutDown = false
    }

    /// The name of the broker in metrics and logs.
    public let name: String
    let clock: any EngineClock
    let random: @Sendable () -> Double
    let configuration: Configuration
    let logger: Logger
    let metrics: EngineMetrics?
    let traces: Traces
    private let published: MetricCounter?
    let state = Mutex(State())
    let letters: DeadLetterBox

    /// Creates a broker.
    ///
    /// - Parameters:
    ///   - name: The name of the broker in metrics and logs.
    ///   - configuration: Bounds and retries.
    ///   - store: Where dead letters are kept.
    ///   - clock: Where waits between attempts come from.
    ///   - random: Returns a number from 0 up to 1; spreads the attempts.
    ///   - metrics: Where messages are counted; `nil` for nowhere.
    ///   - logger: Where dead letters are reported.
    ///   - traces: Makes a span for each delivery.
    public init(
        name: String = "memory", configuration: Configuration = Configuration(),
        store: any StateStore = InMemoryStateStore(), clock: any EngineClock = SystemClock(),
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }, metrics: EngineMetrics? = nil,
        logger: Logger = Logger(label: "workflow.broker"), traces: Traces = Traces()
    ) {
        self.name = name
        self.configuration = configuration
        self.clock = clock
        self.random = random
        self.metrics = metrics
        self.logger = logger
        self.traces = traces
        self.published = metrics?.brokerMessagesPublished.with(name)
        self.letters = DeadLetterBox(
            broker: name, store: store, retention: configuration.deadLetterRetention, clock: clock)
        metrics?.registry.onCollect(of: self) { $0.collect() }
    }

    public func hasSubscribers(for topic: String) -> Bool {
        state.withLock { !$0.index.listeners(for: topic).isEmpty }
    }

    /// Hands a message to all subscriptions that match its topic; waits while one of their queues is full.
    ///
    /// - Parameters:
    ///   - message: The message; its delivery attempt counts from 1 again.
    ///   - settled: Called once, when all subscriptions have handled the message or put it among the dead letters, at
    ///     once when there is none. Never called when the broker shuts down or a subscription ends before.
    /// - Throws: ``WorkflowError`` `.unavailable` after the shutdown; `CancellationError` while it waits. Subscriptions
    ///   that had room have got the message then.
    public func publish(_ message: Message, settled: @escaping @Sendable () -> Void) async throws {
        let queues = try state.withLock { state in
            if state.isShutDown { throw shutDownError }
            return state.index.listeners(for: message.topic)
        }
        published?.increment()
        guard !queues.isEmpty else { return settled() }
        var delivery = Delivery(message: message, settlement: Settlement(count: queues.count, settled: settled))
        delivery.message.deliveryAttempt = 1
        let origin = DeliveryContext.queue
        var full: [SubscriptionQueue] = []
        for queue in queues {
            switch queue.offer(delivery, beyondCapacity: origin == ObjectIdentifier(queue)) {
            case .accepted: break
            case .full: full.append(queue)
            case .gone: try leaveOut(delivery)
            }
        }
        for queue in full { try await wait(for: queue, delivery) }
    }

    private func wait(for queue: SubscriptionQueue, _ delivery: Delivery) async throws {
        let admitted = try await DeliveryContext.waiting(for: ObjectIdentifier(queue)) {
            try await queue.admit(delivery)
        }
        let isIn = admitted ?? (queue.offer(delivery, beyondCapacity: true) == .accepted)
        if !isIn { try leaveOut(delivery) }
    }

    /// Goes on without a subscription that ended in the meantime; the end of the whole broker settles nothing.
    private func leaveOut(_ delivery: Delivery) throws {
        try checkOpen()
        delivery.settlement?.complete()
    }

    public func subscribe(
        to pattern: TopicPattern, name: String, handler: any MessageHandler
    ) async throws -> any Subscription {
        try await subscribe(to: pattern, name: name, options: configuration.subscription, handler: handler)
    }

    /// Subscribes a handler with its own bounds and retries.
    ///
    /// When the broker retains queues (see ``retainQueues()``) and a subscription with the same name and pattern was
    /// cancelled, the new one takes over its queue, after the message in hand there is done with.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` after the shutdown.
    public func subscribe(
        to pattern: TopicPattern, name: String, options: SubscriptionOptions, handler: any MessageHandler
    ) async throws -> any Subscription {
        try await subscribe(
            to: pattern, name: name, options: options, handler: handler, isWaiting: false, own: nil)
    }

    /// Subscribes a handler, perhaps to the queue of another subscription.
    ///
    /// - Parameters:
    ///   - isWaiting: Whether the subscription waits for ``takeOver(_:)``; unless another generation is active, its queue
    ///     collects messages from now on.
    ///   - own: The subscriptions that it shares no queue with, although they have the same name and pattern; `nil` for all.
    func subscribe(
        to pattern: TopicPattern, name: String, options: SubscriptionOptions, handler: any MessageHandler,
        isWaiting: Bool, own: Set<ObjectIdentifier>?
    ) async throws -> InMemorySubscription {
        let predecessor = state.withLock { state -> InMemorySubscription? in
            let index = state.retained?.firstIndex { $0.queue.name == name && $0.queue.pattern == pattern }
            return index.flatMap { state.retained?.remove(at: $0) }
        }
        await predecessor?.finished()
        let shared = own.flatMap { own in
            state.withLock { $0.predecessor(name: name, pattern: pattern, apartFrom: own)?.queue }
        }
        let queue =
            predecessor?.queue ?? shared
            ?? SubscriptionQueue(name: name, pattern: pattern, capacity: options.capacity)
        let subscription = InMemorySubscription(
            broker: self, queue: queue, handler: handler, options: options,
            metrics: metrics.map { SubscriptionMetrics($0, broker: self.name, subscription: name) })
        let isStarted = state.withLock { state in
            guard !state.isShutDown else { return false }
            state.subscriptions[ObjectIdentifier(subscription)] = subscription
            if predecessor == nil, shared == nil {
                // Beside a generation that is active, a new queue gets what is published after the change.
                if isWaiting && state.isInUse {
                    state.closed.insert(ObjectIdentifier(queue))
                } else {
                    state.index.insert(queue, for: pattern)
                }
            }
            if !isWaiting {
                state.lines[ObjectIdentifier(queue)] = [subscription]
                subscription.start()
            } else if shared == nil {
                state.lines[ObjectIdentifier(queue)] = [subscription]
            }
            return true
        }
        guard isStarted else {
            if shared == nil { drop(queue, publishersGet: shutDownError) }
            throw shutDownError
        }
        return subscription
    }
}
