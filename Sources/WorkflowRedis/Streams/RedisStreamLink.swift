#if Redis
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// The connections of a broker to Redis, which go on when the configuration is reloaded: one for commands, and one that
/// waits for news, so that no command has to wait behind it.
final class RedisStreamLink: BrokerLink {
    struct State {
        var client: RedisClient?
        var watcher: RedisClient?
        var watching: Task<Void, Never>?
        var sources: [String: RedisStreamSource] = [:]
        var problem = "not connected yet"
        var isShutDown = false
    }

    /// The name of the broker in metrics and logs.
    let name: String
    let configuration: RedisStreamConfiguration
    let environment: EngineEnvironment
    let logger: Logger
    let letters: DeadLetterBox
    /// The name of this node in consumer groups; another one in each process.
    let node: String
    let state = Mutex(State())

    init(
        name: String, configuration: RedisStreamConfiguration, store: any StateStore, environment: EngineEnvironment,
        logger: Logger
    ) {
        self.name = name
        self.configuration = configuration
        self.environment = environment
        self.logger = logger
        let host = environment.nodeDescription["host"]?.stringValue ?? "node"
        node = "\(host) \(environment.identifiers.next())"
        letters = DeadLetterBox(
            broker: name, store: store, retention: .seconds(30 * 86_400), clock: environment.clock)
        environment.metrics.registry.onCollect(of: self) { $0.collect() }
    }

    // MARK: - Connections

    func start() {
        let outages = RedisOutageLog(place: configuration.settings.place, logger: logger)
        state.withLock { state in
            guard state.client == nil, !state.isShutDown else { return }
            do throws(RedisError) {
                state.client = try RedisClient(configuration.settings) { [weak self] status in
                    outages.note(status)
                    if status == .connected { self?.connected() }
                }
            } catch {
                state.problem = error.description
            }
        }
        if !state.withLock({ $0.sources.isEmpty }) { watch() }
    }

    private func connected() {
        for source in state.withLock({ Array($0.sources.values) }) { source.reconnected() }
    }

    func waitForFirstAttempt() async {
        await state.withLock { $0.client }?.waitForFirstAttempt()
    }

    /// The connection for commands.
    ///
    /// - Throws: ``RedisError`` before ``start()`` and after ``shutdown(deadline:)``.
    func client() throws(RedisError) -> RedisClient {
        let (client, problem) = state.withLock { ($0.client, $0.problem) }
        guard let client else { throw RedisError(.away, problem) }
        return client
    }

    func checkHealth() async throws {
        do {
            _ = try await client().send("PING")
        } catch let error as RedisError {
            throw unavailable(error.description)
        }
        let problem = state.withLock { state in
            state.sources.values.lazy.compactMap { source in source.problem.map { (source.line.name, $0) } }.first
        }
        if let (name, problem) = problem { throw unavailable("the subscription \"\(name)\": \(problem)") }
    }

    /// What callers get while something is not there.
    func unavailable(_ problem: String) -> WorkflowError {
        WorkflowError(.unavailable, "The message broker \"\(name)\" is not available: \(problem).")
    }

    /// What callers get when the server refuses for good.
    func refusal(_ error: RedisError) -> WorkflowError {
        WorkflowError(
            .invalidInput,
            "Redis at \(configuration.settings.place) refuses what the message broker \"\(name)\" needs: \(error).")
    }

    /// Begins to wait for news; the task ends in ``shutdown(deadline:)``.
    func watch() {
        state.withLock { state in
            guard state.client != nil, state.watcher == nil, !state.isShutDown else { return }
            var settings = configuration.settings
            settings.commandTimeout += configuration.pollInterval
            do throws(RedisError) {
                let watcher = try RedisClient(settings)
                state.watcher = watcher
                state.watching = Task { await RedisStreamWatcher(link: self, client: watcher).run() }
            } catch {
                logger.warning(
                    "There is no connection that waits for messages; they are looked for now and then",
                    metadata: ["broker.name": "\(name)", "error": "\(error)"])
            }
        }
    }

    func shutdown(deadline: Duration) async {
        let (sources, watcher, watching) = state.withLock { state in
            state.isShutDown = true
            return (Array(state.sources.values), state.watcher, state.watching)
        }
        await withDiscardingTaskGroup { group in
            for source in sources { group.addTask { await source.end(deadline: deadline) } }
        }
        watching?.cancel()
        await watcher?.close()
        await watching?.value
        let client = state.withLock { state in
            defer { (state.client, state.problem) = (nil, "it has been shut down") }
            return state.client
        }
        await client?.close()
    }
}
#endif
