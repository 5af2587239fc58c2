import Synchronization

/// What one generation has of a broker inside this process that goes on when the configuration is reloaded.
///
/// Subscriptions begin to take messages when the generation becomes active. One that has the name and the pattern of a
/// subscription of the generation before takes over its queue, with everything that waits there: no message is lost, and
/// none is handled by both.
public final class GenerationBroker: MessageBroker {
    private struct State {
        var broker: InMemoryMessageBroker?
        var isActive = false
        var isShutDown = false
        var subscriptions: [InMemorySubscription] = []
    }

    /// The name of the broker in metrics and logs.
    public let name: String
    private let configuration: InMemoryMessageBroker.Configuration
    private let context: ModuleContext
    private let state = Mutex(State())

    /// Creates a part in the broker of a module.
    ///
    /// - Parameters:
    ///   - configuration: Bounds and retries of this generation.
    ///   - context: Names the broker, and has what it works with.
    public init(configuration: InMemoryMessageBroker.Configuration, context: ModuleContext) {
        name = context.name
        self.configuration = configuration
        self.context = context
    }

    private var resource: String { "message broker \(name)" }

    /// The broker, which is made when no other generation has it.
    private func broker() throws -> InMemoryMessageBroker {
        try state.withLock { state in
            if let broker = state.broker { return broker }
            guard !state.isShutDown else {
                throw WorkflowError(.unavailable, "The broker \"\(name)\" has been shut down.")
            }
            let environment = context.environment
            let broker = try environment.resources.acquire(
                resource,
                make: {
                    InMemoryMessageBroker(
                        name: name, configuration: configuration, store: context.store, clock: environment.clock,
                        random: environment.random, metrics: environment.metrics, logger: context.logger,
                        traces: environment.traces)
                }, close: { await $0.shutdown(deadline: environment.drainDeadline) })
            state.broker = broker
            return broker
        }
    }

    // MARK: - Messages

    public func hasSubscribers(for topic: String) -> Bool {
        state.withLock { $0.broker }?.hasSubscribers(for: topic) ?? false
    }

    public func publish(_ message: Message, settled: @escaping @Sendable () -> Void) async throws {
        try await broker().publish(message, settled: settled)
    }

    public func subscribe(
        to pattern: TopicPattern, name: String, handler: any MessageHandler
    ) async throws -> any Subscription {
        try await subscribe(to: pattern, name: name, options: configuration.subscription, handler: handler)
    }

    /// Subscribes a handler with its own bounds and retries; see
    /// ``InMemoryMessageBroker/subscribe(to:name:options:handler:)``.
    public func subscribe(
        to pattern: TopicPattern, name: String, options: InMemoryMessageBroker.SubscriptionOptions,
        handler: any MessageHandler
    ) async throws -> any Subscription {
        let broker = try broker()
        let own = state.withLock { Set($0.subscriptions.map { ObjectIdentifier($0) }) }
        let subscription = try await broker.subscribe(
            to: pattern, name: name, options: options, handler: handler, isWaiting: true,
            own: own)
        let isActive = state.withLock { state in
            state.subscriptions.append(subscription)
            return state.isActive
        }
        if isActive { broker.takeOver(subscription) }
        return GenerationSubscription(owner: self, subscription: subscription)
    }

    fileprivate func forget(_ subscription: InMemorySubscription) {
        state.withLock { $0.subscriptions.removeAll { $0 === subscription } }
    }

    public func checkHealth() async throws {
        try await broker().checkHealth()
    }

    /// How many messages wait or are in hand, all subscriptions together.
    public var pendingMessages: Int { state.withLock { $0.broker }?.pendingMessages ?? 0 }

    /// Returns when all messages are done with; see ``InMemoryMessageBroker/drain()``.
    public func drain() async {
        await state.withLock { $0.broker }?.drain()
    }

    public func retainQueues() {
        state.withLock { $0.broker }?.retainQueues()
    }

    // MARK: - Life

    /// Opens the broker.
    ///
    /// - Throws: ``StoreError``.
    public func prepare() async throws {
        try await broker().countDeadLetters()
    }

    /// Lets the subscriptions of this generation take the messages.
    public func activate() throws {
        let broker = try broker()
        broker.use(configuration)
        let subscriptions = state.withLock { state in
            state.isActive = true
            return state.subscriptions
        }
        for subscription in subscriptions { broker.takeOver(subscription) }
    }

    /// Lets no more messages in for subscriptions that no other generation has taken over; what waits is handled.
    public func standBy() {
        let (broker, subscriptions) = state.withLock { ($0.broker, $0.subscriptions) }
        for subscription in subscriptions { broker?.close(subscription) }
    }

    /// Takes the messages again.
    public func resume() {
        let (broker, subscriptions) = state.withLock { ($0.broker, $0.subscriptions) }
        broker?.use(configuration)
        for subscription in subscriptions { broker?.takeOver(subscription) }
    }

    /// Gives the broker back; the last generation that has it ends it.
    public func shutdown() async {
        let wasOpen = state.withLock { state in
            defer { (state.broker, state.subscriptions, state.isShutDown) = (nil, [], true) }
            return state.broker != nil
        }
        if wasOpen { await context.environment.resources.release(resource) }
    }
}

/// A subscription that its generation knows of.
private struct GenerationSubscription: Subscription {
    let owner: GenerationBroker
    let subscription: InMemorySubscription

    func cancel() async {
        await subscription.cancel()
        owner.forget(subscription)
    }
}

extension GenerationBroker: DeadLetterKeeping {
    public func deadLetters(limit: Int = 1000) async throws -> [DeadLetter] {
        try await broker().deadLetters(limit: limit)
    }

    public func redriveDeadLetter(id: String) async throws {
        try await broker().redriveDeadLetter(id: id)
    }

    @discardableResult
    public func discardDeadLetter(id: String) async throws -> Bool {
        try await broker().discardDeadLetter(id: id)
    }
}

extension GenerationBroker: GenerationalBroker {
    public func subscribe(
        to pattern: TopicPattern, name: String, isSerial: Bool, handler: any MessageHandler
    ) async throws -> any Subscription {
        var options = configuration.subscription
        if isSerial { options.concurrency = 1 }
        return try await subscribe(to: pattern, name: name, options: options, handler: handler)
    }
}
