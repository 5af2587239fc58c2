import Logging
import Synchronization
import WorkflowCore

/// A message broker inside this process with prefixes as patterns, a choice of topics, and messages that expire.
final class EventBus: MessageBroker {
    private struct State {
        var patterns: [Int: BusPattern] = [:]
        var lastID = 0
        /// How many of the patterns are prefixes.
        var prefixes = 0
        var isRetaining = false
    }

    let name: String
    let broker: any GenerationalBroker
    /// What is carried; empty for everything.
    private let topics: [BusPattern]
    let expiry: MessageExpiry?
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - broker: Carries the messages.
    ///   - topics: What is carried; empty for everything.
    ///   - expiry: Tells messages that are too old; `nil` when none is.
    init(
        _ broker: any GenerationalBroker, topics: [TopicPattern], expiry: MessageExpiry?, logger: Logger
    ) {
        name = broker.name
        self.broker = broker
        self.topics = topics.map { BusPattern($0) }
        self.expiry = expiry
        self.logger = logger
    }

    /// What is wrong with subscribing to a pattern, or `nil`.
    func problem(withSubscribingTo pattern: TopicPattern) -> String? {
        let pattern = BusPattern(pattern)
        guard !topics.isEmpty, !topics.contains(where: { $0.overlaps(pattern) }) else { return nil }
        let list = topics.map(\.text).joined(separator: ", ")
        return "the event bus \"\(name)\" does not carry \"\(pattern.text)\": its topics are \(list)"
    }

    private func carries(_ topic: String) -> Bool {
        topics.isEmpty || topics.contains { $0.matches(topic) }
    }

    func hasSubscribers(for topic: String) -> Bool {
        guard carries(topic) else { return false }
        // Nobody knows who listens at a server.
        guard broker is GenerationBroker else { return true }
        let listens = state.withLock { state in
            state.prefixes == 0 ? nil : state.patterns.values.contains { $0.matches(topic) }
        }
        return listens ?? broker.hasSubscribers(for: topic)
    }

    /// Hands a message to all subscriptions that match its topic; a topic that is not carried counts as one that nobody
    /// listens to.
    func publish(_ message: Message, settled: @escaping @Sendable () -> Void) async throws {
        guard carries(message.topic) else {
            logger.warning(
                "A message was not taken, since the event bus does not carry its topic",
                metadata: ["message.topic": "\(message.topic)", "message.id": "\(message.id)"])
            return settled()
        }
        try await broker.publish(message, settled: settled)
    }

    func subscribe(
        to pattern: TopicPattern, name: String, handler: any MessageHandler
    ) async throws -> any Subscription {
        try await subscribe(to: pattern, name: name, isSerial: false, handler: handler)
    }

    /// Subscribes a handler.
    ///
    /// - Parameter isSerial: Whether it gets one message after the other.
    /// - Throws: ``WorkflowError`` `.invalidInput` for topics that are not carried, `.unavailable` after the shutdown.
    func subscribe(
        to pattern: TopicPattern, name: String, isSerial: Bool, handler: any MessageHandler
    ) async throws -> any Subscription {
        if let problem = problem(withSubscribingTo: pattern) { throw WorkflowError(.invalidInput, problem + ".") }
        let pattern = BusPattern(pattern)
        let subscription = try await broker.subscribe(
            to: pattern.covering, name: name, isSerial: isSerial,
            handler: BusHandler(subscription: name, pattern: pattern, expiry: expiry, next: handler))
        let id = state.withLock { state in
            state.lastID += 1
            state.patterns[state.lastID] = pattern
            if pattern.prefix != nil { state.prefixes += 1 }
            return state.lastID
        }
        return BusSubscription(bus: self, id: id, subscription: subscription)
    }

    fileprivate func forget(_ id: Int) {
        state.withLock { state in
            guard !state.isRetaining, let pattern = state.patterns.removeValue(forKey: id) else { return }
            if pattern.prefix != nil { state.prefixes -= 1 }
        }
    }

    func checkHealth() async throws {
        try await broker.checkHealth()
    }

    func retainQueues() {
        state.withLock { $0.isRetaining = true }
        broker.retainQueues()
    }

}

/// A subscription to an event bus.
private struct BusSubscription: Subscription {
    let bus: EventBus
    let id: Int
    let subscription: any Subscription

    func cancel() async {
        bus.forget(id)
        await subscription.cancel()
    }
}
