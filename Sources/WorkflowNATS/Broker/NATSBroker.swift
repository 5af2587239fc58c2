#if NATS
import Logging
import Synchronization
import WorkflowCore

/// What one generation has of a connection to NATS.
///
/// Subscriptions begin to take messages when the generation becomes active. One that has the name and the pattern of a
/// subscription of the generation before takes over its consumer, with everything that waits there.
final class NATSBroker: MessageBroker {
    private struct State {
        var link: NATSLink?
        var isActive = false
        var isShutDown = false
        var subscriptions: [NATSLineSubscription] = []
        /// How many subscriptions have the same name and pattern.
        var numbers: [String: Int] = [:]
    }

    /// Who a dead letter belongs to that no server would take.
    static let publisher = "(publisher)"

    let name: String
    private let configuration: NATSLinkConfiguration
    let options: NATSSubscriptionOptions
    private let codec: CloudEventCodec
    /// What is carried; empty for everything.
    private let topics: [TopicPattern]
    private let retention: Duration
    private let context: ModuleContext
    private let published: MetricCounter
    private let state = Mutex(State())

    init(
        configuration: NATSLinkConfiguration, options: NATSSubscriptionOptions, codec: CloudEventCodec,
        topics: [TopicPattern], deadLetterRetention: Duration, context: ModuleContext
    ) {
        name = context.name
        self.configuration = configuration
        self.options = options
        self.codec = codec
        self.topics = topics
        retention = deadLetterRetention
        self.context = context
        published = context.environment.metrics.brokerMessagesPublished.with(context.name)
    }

    // Another configuration is another connection; the text has no secrets but depends on them.
    private var resource: String {
        "message broker \(name) at \(configuration.settings.place) \(configuration.hashValue)"
    }

    func link() throws -> NATSLink {
        try state.withLock { state in
            if let link = state.link { return link }
            guard !state.isShutDown else {
                throw WorkflowError(.unavailable, "The broker \"\(name)\" has been shut down.")
            }
            let environment = context.environment
            let link = try environment.resources.acquire(
                resource,
                make: {
                    NATSLink(
                        name: name, configuration: configuration, store: context.store, environment: environment,
                        logger: context.logger)
                }, close: { await $0.shutdown(deadline: environment.drainDeadline) })
            state.link = link
            return link
        }
    }

    // MARK: - Messages

    /// Whether the topic is carried. Who listens elsewhere is not known.
    func hasSubscribers(for topic: String) -> Bool {
        topics.isEmpty || topics.contains { $0.matches(topic) }
    }

    func publish(_ message: Message, settled: @escaping @Sendable () -> Void) async throws {
        guard hasSubscribers(for: message.topic) else { return settled() }
        let link = try link()
        let encoded = try codec.encode(message)
        let connection = try link.connection()
        let size = encoded.body.count + encoded.headers.reduce(32) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard encoded.body.count <= codec.maxPayload, size <= connection.maxPayload else {
            let limit = min(codec.maxPayload, connection.maxPayload)
            try await link.letters.put(
                message, subscription: Self.publisher,
                error: "The message has \(size) bytes, and at most \(limit) can be published.", id: nil)
            context.logger.error(
                "A message is too large and is a dead letter now",
                metadata: ["message.topic": "\(message.topic)", "message.id": "\(message.id)", "bytes": "\(size)"])
            return settled()
        }
        if configuration.stream == nil {
            try await send(encoded, on: connection)
        } else {
            do {
                _ = try link.reply(try await link.request(encoded, on: connection))
            } catch let error as WorkflowError where error.code != .unavailable {
                // A stream that is full, or not there for the moment: nothing is wrong with the message.
                throw WorkflowError(.unavailable, error.message)
            }
        }
        published.increment()
        settled()
    }

    private func send(_ message: NATSMessage, on connection: NATSConnection) async throws {
        do {
            try await connection.transmit(message)
        } catch let error as NATSError {
            throw WorkflowError(
                .unavailable, "The message could not be sent to \(configuration.settings.place): \(error).")
        }
    }

    func subscribe(
        to pattern: TopicPattern, name: String, handler: any MessageHandler
    ) async throws -> any Subscription {
        try await subscribe(to: pattern, name: name, options: options, handler: handler)
    }

    /// Subscribes a handler with its own bounds and retries.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` for a malformed pattern or when the server refuses; `.unavailable`
    ///   after the shutdown. Without a connection the consumer is made later.
    func subscribe(
        to pattern: TopicPattern, name: String, options: NATSSubscriptionOptions, handler: any MessageHandler
    ) async throws -> any Subscription {
        _ = try TopicPattern(pattern.description)
        let link = try link()
        let number = state.withLock { state in
            let number = (state.numbers["\(name)\n\(pattern)"] ?? 0) + 1
            state.numbers["\(name)\n\(pattern)"] = number
            return number
        }
        let durable = codec.subjects.consumer(of: name, pattern: pattern, number: number)
        let metrics = SubscriptionCounters(context.environment.metrics, broker: self.name, subscription: name)
        while true {
            let consumer = link.consumer(
                durable, subscription: name, subject: codec.subjects.subject(of: pattern), group: durable)
            let subscription = NATSLineSubscription(
                consumer: consumer, handler: handler, options: options, codec: codec, metrics: metrics)
            guard consumer.join(subscription) else {
                link.remove(consumer)
                continue
            }
            do {
                try await link.connect(consumer)
            } catch {
                await subscription.cancel()
                throw error
            }
            let isActive = state.withLock { state in
                state.subscriptions.append(subscription)
                return state.isActive
            }
            if isActive { consumer.takeOver(subscription) }
            return NATSGenerationSubscription(owner: self, subscription: subscription, key: "\(name)\n\(pattern)")
        }
    }

    fileprivate func forget(_ subscription: NATSLineSubscription, key: String) {
        state.withLock { state in
            state.subscriptions.removeAll { $0 === subscription }
            state.numbers[key] = (state.numbers[key] ?? 1) - 1
        }
    }

    func checkHealth() async throws {
        _ = try link().connection()
    }

    // MARK: - Life

    /// Begins to connect and waits for the first attempt, so that consumers are there before work begins.
    func prepare() async throws {
        let link = try link()
        link.start()
        try await link.letters.count()
        await link.waitForFirstAttempt()
    }

    /// Lets the subscriptions of this generation take the messages.
    func activate() throws {
        try link().letters.retention = retention
        let subscriptions = state.withLock { state in
            state.isActive = true
            return state.subscriptions
        }
        for subscription in subscriptions { subscription.consumer.takeOver(subscription) }
    }

    /// Takes in no more messages for subscriptions that no other generation has taken over.
    func standBy() {
        for subscription in state.withLock({ $0.subscriptions }) { subscription.consumer.close(subscription) }
    }

    /// Takes the messages again.
    func resume() {
        for subscription in state.withLock({ $0.subscriptions }) { subscription.consumer.takeOver(subscription) }
    }

    /// Gives the connection back; the last generation that has it ends it.
    func shutdown() async {
        let wasOpen = state.withLock { state in
            defer { (state.link, state.subscriptions, state.isShutDown) = (nil, [], true) }
            return state.link != nil
        }
        if wasOpen { await context.environment.resources.release(resource) }
    }
}

/// A subscription that its generation knows of.
private struct NATSGenerationSubscription: Subscription {
    let owner: NATSBroker
    let subscription: NATSLineSubscription
    let key: String

    func cancel() async {
        await subscription.cancel()
        owner.forget(subscription, key: key)
    }
}
#endif
