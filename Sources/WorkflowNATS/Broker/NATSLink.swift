#if NATS
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// The connection of a broker, which goes on when the configuration is reloaded: connects, sets up the stream and the
/// consumers, and begins anew whenever the connection ends.
final class NATSLink: BrokerLink {
    struct State {
        /// The connection, when everything is set up.
        var ready: NATSConnection?
        /// The connection, from its opening on.
        var connection: NATSConnection?
        var inbox = ""
        /// Where answers come in.
        var answers: NATSSubscription?
        var problem = "not connected yet"
        var lastRequest: UInt64 = 0
        var requests: [UInt64: CheckedContinuation<NATSMessage, any Error>] = [:]
        /// By the name of the durable consumer.
        var consumers: [String: NATSConsumer] = [:]
        var lastConsumer = 0
        /// Answers that could not be sent.
        var unsent: [NATSMessage] = []
        var isShutDown = false
        /// Whether there has been an attempt to connect, and who waits for it.
        var hasTried = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var life: Task<Void, Never>?
    }

    /// The name of the broker in metrics and logs.
    let name: String
    let configuration: NATSLinkConfiguration
    let environment: EngineEnvironment
    let logger: Logger
    let letters: DeadLetterBox
    let state = Mutex(State())

    init(
        name: String, configuration: NATSLinkConfiguration, store: any StateStore, environment: EngineEnvironment,
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

    /// Begins to connect; the task ends in ``shutdown(deadline:)``.
    func start() {
        state.withLock { state in
            guard state.life == nil, !state.isShutDown else { return }
            state.life = Task { await self.live() }
        }
    }

    private struct ConnectionLost: Error {
        let reason: String?
    }

    private func live() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let connection = try await NATSConnection.open(configuration.settings)
                do {
                    try await begin(connection)
                    failures = 0
                    await connection.waitForEnd()
                } catch {
                    await end(error, failures: failures)
                    await connection.close()
                    throw error
                }
                guard !Task.isCancelled else { return }
                await end(ConnectionLost(reason: connection.lastError), failures: failures)
            } catch {
                guard !Task.isCancelled else { return }
                await end(error, failures: failures)
                failures += 1
            }
            let backoff = Backoff(base: .milliseconds(200), limit: .seconds(5))
            await environment.clock.wait(
                for: max(.milliseconds(20), backoff.delay(afterAttempt: failures + 1, random: environment.random())))
        }
    }

    /// Sets everything up on a new connection.
    private func begin(_ connection: NATSConnection) async throws {
        let inbox = "_INBOX." + environment.identifiers.next().filter { $0 != "-" }
        state.withLock { ($0.connection, $0.inbox) = (connection, inbox) }
        let answers = try connection.subscribe("\(inbox).r.*") { [weak self] in self?.answer($0) }
        state.withLock { $0.answers = answers }
        if let stream = configuration.stream { try await prepare(stream) }
        // Also those that are added meanwhile.
        while true {
            let next = state.withLock { state -> NATSConsumer? in
                if let next = state.consumers.values.first(where: { !$0.isSetUp(on: connection) }) { return next }
                state.ready = connection
                state.problem = ""
                return nil
            }
            guard let next else { break }
            try await setUp(next, on: connection)
        }
        let (unsent, consumers) = state.withLock { state in
            defer { state.unsent = [] }
            return (state.unsent, Array(state.consumers.values))
        }
        for message in unsent { connection.send(message) }
        for consumer in consumers { consumer.connected() }
        noteAttempt()
        logger.info(
            "Connected to NATS", metadata: ["broker.name": "\(name)", "server": "\(configuration.settings.place)"])
    }

    /// Says what is wrong, and fails what waits for answers.
    private func end(_ error: any Error, failures: Int) async {
        let text = Self.text(of: error, place: configuration.settings.place)
        let (requests, consumers, answers, isNews) = state.withLock { state in
            defer {
                (state.ready, state.connection, state.answers, state.requests) = (nil, nil, nil, [:])
                if !state.isShutDown { state.problem = text }
            }
            return (
                state.requests.values, Array(state.consumers.values), state.answers,
                state.problem != text && !state.isShutDown
            )
        }
        for request in requests { request.resume(throwing: unavailable) }
        for consumer in consumers { consumer.disconnected() }
        noteAttempt()
        answers?.end()
        if isNews || failures & (failures - 1) == 0, failures != 1 {
            logger.warning(
                "There is no connection to NATS; trying again",
                metadata: ["broker.name": "\(name)", "error": "\(text)", "attempt": "\(failures + 1)"])
        }
    }

    private static func text(of error: any Error, place: String) -> String {
        switch error {
        case let error as WorkflowError: error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
        case let error as ConnectionLost:
            "the connection to \(place) was lost" + (error.reason.map { ": \($0)" } ?? "")
        default: "\(place) cannot be reached: \(error)"
        }
    }

    /// What callers get while there is no connection.
    var unavailable: WorkflowError {
        let problem = state.withLock { $0.isShutDown ? "it has been shut down" : $0.problem }
        return WorkflowError(.unavailable, "The message broker \"\(name)\" is not available: \(problem).")
    }

    /// The connection, when everything is set up.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable`.
    func connection() throws -> NATSConnection {
        guard let connection = state.withLock({ $0.ready }) else { throw unavailable }
        return connection
    }

    func checkHealth() throws {
        _ = try connection()
    }

    private func collect() {
        let consumers = state.withLock { Array($0.consumers.values) }
        for consumer in consumers {
            environment.metrics.brokerQueueDepth.with(name, consumer.line.name).set(Double(consumer.line.depth))
        }
        environment.metrics.brokerDeadLetters.with(name).set(Double(letters.knownCount))
    }

    func shutdown(deadline: Duration) async {
        let (life, consumers, connection) = state.withLock { state in
            state.isShutDown = true
            return (state.life, Array(state.consumers.values), state.connection)
        }
        for consumer in consumers { await consumer.end(deadline: deadline) }
        life?.cancel()
        await connection?.close()
        await life?.value
        await end(unavailable, failures: 1)
    }
}
#endif
