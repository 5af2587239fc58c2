import Logging
import Synchronization
package import WorkflowCore

/// What one generation has of a connection to a server.
///
/// Subscriptions begin to take messages when the generation becomes active. One that has the name and the pattern of a
/// subscription of the generation before takes over its source, with everything that waits there.
package final class ServerBroker<Driver: BrokerDriver>: GenerationalBroker {
    private typealias Source = Driver.Link.Source

    private struct Entry {
        let source: Source
        let subscription: LineSubscription
    }

    private struct State {
        var link: Driver.Link?
        var isActive = false
        var isShutDown = false
        var subscriptions: [Entry] = []
        /// How many subscriptions have the same name and pattern.
        var numbers: [String: Int] = [:]
    }

    package let name: String
    package let driver: Driver
    /// What is carried; empty for everything.
    private let topics: [TopicPattern]
    private let retention: Duration
    private let context: ModuleContext
    private let published: MetricCounter
    private let state = Mutex(State())

    /// - Parameters:
    ///   - driver: What is wanted of the server.
    ///   - topics: What is carried; empty for everything.
    ///   - deadLetterRetention: How long dead letters are kept.
    ///   - context: The module.
    package init(_ driver: Driver, topics: [TopicPattern], deadLetterRetention: Duration, context: ModuleContext) {
        name = context.name
        self.driver = driver
        self.topics = topics
        retention = deadLetterRetention
        self.context = context
        published = context.environment.metrics.brokerMessagesPublished.with(context.name)
    }

    private var resource: String { "message broker \(name) at \(driver.identity)" }

    /// The connection.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` after the shutdown.
    package func link() throws -> Driver.Link {
        try state.withLock { state in
            if let link = state.link { return link }
            guard !state.isShutDown else {
                throw WorkflowError(.unavailable, "The broker \"\(name)\" has been shut down.")
            }
            let environment = context.environment
            let link = try environment.resources.acquire(
                resource, make: { driver.makeLink(context: context) },
                close: { await $0.shutdown(deadline: environment.drainDeadline) })
            state.link = link
            return link
        }
    }

    // MARK: - Messages

    /// Whether the topic is carried. Who listens elsewhere is not known.
    package func hasSubscribers(for topic: String) -> Bool {
        topics.isEmpty || topics.contains { $0.matches(topic) }
    }

    package func publish(_ message: Message, settled: @escaping @Sendable () -> Void) async throws {
        guard hasSubscribers(for: message.topic) else { return settled() }
        let link = try link()
        do {
            try await driver.publish(message, on: link)
            published.increment()
        } catch let error as MessageTooLarge {
            try await link.letters.put(message, subscription: Self.publisher, error: error.reason, id: nil)
            context.logger.error(
                "A message is too large and is a dead letter now",
                metadata: [
                    "message.topic": "\(message.topic)", "message.id": "\(message.id)", "error": "\(error.reason)",
                ])
        }
        settled()
    }

    package func subscribe(
        to pattern: TopicPattern, name: String, handler: any MessageHandler
    ) async throws -> any Subscription {
        try await subscribe(to: pattern, name: name, isSerial: false, handler: handler)
    }

    /// Subscribes a handler.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` for a malformed pattern or when the server refuses; `.unavailable`
    ///   after the shutdown. Without a connection the source is set up later.
    package func subscribe(
        to pattern: TopicPattern, name: String, isSerial: Bool, handler: any MessageHandler
    ) async throws -> any Subscription {
        _ = try TopicPattern(pattern.description)
        let link = try link()
        let key = "\(name)\n\(pattern)"
        let number = state.withLock { state in
            state.numbers[key, default: 0] += 1
            return state.numbers[key] ?? 1
        }
        var options = driver.options
        if isSerial { options.concurrency = 1 }
        let subscription = LineSubscription(
            handler: handler, options: options,
            metrics: SubscriptionCounters(context.environment.metrics, broker: self.name, subscription: name))
        while true {
            let source = link.source(of: name, pattern: pattern, number: number)
            guard source.join(subscription) else {
                link.remove(source)
                continue
            }
            do {
                try await link.connect(source)
            } catch {
                await source.leave(subscription)
                throw error
            }
            let isActive = state.withLock { state in
                state.subscriptions.append(Entry(source: source, subscription: subscription))
                return state.isActive
            }
            if isActive { source.takeOver(subscription) }
            return ServerSubscription {
                await source.leave(subscription)
                self.forget(subscription, key: key)
            }
        }
    }

    private func forget(_ subscription: LineSubscription, key: String) {
        state.withLock { state in
            state.subscriptions.removeAll { $0.subscription === subscription }
            state.numbers[key] = (state.numbers[key] ?? 1) - 1
        }
    }

    package func checkHealth() async throws {
        try await link().checkHealth()
    }

    // MARK: - Life

    /// Begins to connect and waits for the first attempt, so that sources are there before work begins.
    package func prepare() async throws {
        let link = try link()
        link.start()
        try await link.letters.count()
        await link.waitForFirstAttempt()
    }

    package func activate() throws {
        try link().letters.retention = retention
        let subscriptions = state.withLock { state in
            state.isActive = true
            return state.subscriptions
        }
        for entry in subscriptions { entry.source.takeOver(entry.subscription) }
    }

    package func standBy() {
        for entry in state.withLock({ $0.subscriptions }) { entry.source.close(entry.subscription) }
    }

    package func resume() {
        for entry in state.withLock({ $0.subscriptions }) { entry.source.takeOver(entry.subscription) }
    }

    package func shutdown() async {
        let wasOpen = state.withLock { state in
            defer { (state.link, state.subscriptions, state.isShutDown) = (nil, [], true) }
            return state.link != nil
        }
        if wasOpen { await context.environment.resources.release(resource) }
    }
}

/// A subscription that its generation knows of.
private struct ServerSubscription: Subscription {
    let end: @Sendable () async -> Void

    func cancel() async {
        await end()
    }
}
