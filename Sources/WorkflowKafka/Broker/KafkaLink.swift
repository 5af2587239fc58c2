#if Kafka
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// The connection of a broker, which goes on when the configuration is reloaded: a producer, a consumer for each
/// subscription, and a look at the cluster from time to time.
final class KafkaLink: BrokerLink {
    struct State {
        var producer: KafkaProducer?
        /// Whether the cluster answered the last time.
        var isReady = false
        var problem = "not connected yet"
        /// What the library said of a connection last.
        var reason: String?
        /// By the name of the consumer group.
        var consumers: [String: KafkaConsumer] = [:]
        /// Topics that are there.
        var topics: Set<String> = []
        var isShutDown = false
        /// Whether there has been an attempt to connect, and who waits for it.
        var hasTried = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var alarm: CheckedContinuation<Void, Never>?
        var isAlarmed = false
        var life: Task<Void, Never>?
    }

    /// The name of the broker in metrics and logs.
    let name: String
    let configuration: KafkaLinkConfiguration
    let environment: EngineEnvironment
    let logger: Logger
    let letters: DeadLetterBox
    let state = Mutex(State())

    init(
        name: String, configuration: KafkaLinkConfiguration, store: any StateStore, environment: EngineEnvironment,
        logger: Logger
    ) {
        self.name = name
        self.configuration = configuration
        self.environment = environment
        self.logger = logger
        letters = DeadLetterBox(
            broker: name, store: store, retention: .seconds(30 * 86_400), clock: environment.clock)
        environment.metrics.registry.onCollect(of: self) { $0.collect() }
    }

    // MARK: - Consumers

    func source(of subscription: String, pattern: TopicPattern, number: Int) -> KafkaConsumer {
        let topics = configuration.codec.topics
        let group = topics.consumerGroup(of: subscription, pattern: pattern, number: number)
        return state.withLock { state in
            if let consumer = state.consumers[group] { return consumer }
            let consumer = KafkaConsumer(link: self, group: group, name: subscription, pattern: pattern)
            state.consumers[group] = consumer
            return consumer
        }
    }

    func source(ofSubscription name: String) -> KafkaConsumer? {
        state.withLock { state in state.consumers.values.first { $0.line.name == name } }
    }

    func connect(_ consumer: KafkaConsumer) async throws {
        guard state.withLock({ $0.isReady }) else { return }
        do {
            try await consumer.setUp()
        } catch let error as WorkflowError where error.code == .invalidInput {
            throw error
        } catch {
            // The next look at the cluster tries again.
            consumer.report("\(error)")
            alarm()
        }
    }

    func remove(_ consumer: KafkaConsumer) {
        state.withLock { state in
            if state.consumers[consumer.group] === consumer { state.consumers[consumer.group] = nil }
        }
        environment.metrics.brokerQueueDepth.remove(name, consumer.line.name)
    }

    /// Lets the consumers that take a topic look for it, since it may be new.
    func look(for topic: String) {
        let topic = configuration.codec.topics.topic(of: topic) ?? ""
        for consumer in state.withLock({ Array($0.consumers.values) }) where consumer.pattern.matches(topic) {
            consumer.lookForTopics()
        }
    }

    // MARK: - State

    /// What callers get while there is no connection.
    var unavailable: WorkflowError {
        let problem = state.withLock { $0.isShutDown ? "it has been shut down" : $0.problem }
        return WorkflowError(.unavailable, "The message broker \"\(name)\" is not available: \(problem).")
    }

    func checkHealth() throws {
        guard state.withLock({ $0.isReady }) else { throw unavailable }
        let consumers = state.withLock { Array($0.consumers.values) }
        for consumer in consumers {
            guard let problem = consumer.problem else { continue }
            throw WorkflowError(
                .unavailable,
                "The message broker \"\(name)\" gets no messages for \"\(consumer.line.name)\": \(problem).")
        }
    }

    private func collect() {
        let consumers = state.withLock { Array($0.consumers.values) }
        for consumer in consumers {
            environment.metrics.brokerQueueDepth.with(name, consumer.line.name).set(Double(consumer.line.depth))
        }
        environment.metrics.brokerDeadLetters.with(name).set(Double(letters.knownCount))
    }

    func shutdown(deadline: Duration) async {
        let (life, consumers, producer) = state.withLock { state in
            state.isShutDown = true
            return (state.life, Array(state.consumers.values), state.producer)
        }
        await withDiscardingTaskGroup { group in
            for consumer in consumers { group.addTask { await consumer.end(deadline: deadline) } }
        }
        life?.cancel()
        await life?.value
        noteAttempt()
        await producer?.close(within: .seconds(2))
        state.withLock { ($0.producer, $0.isReady) = (nil, false) }
    }
}
#endif
