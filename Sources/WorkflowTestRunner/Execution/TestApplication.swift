import WorkflowCore
import WorkflowHTTP
import WorkflowTesting

/// The application of one test, from its start to its end.
struct TestApplication: Sendable {
    let engine: WorkflowEngine
    let generation: GenerationContext
    let time: VirtualTime
    let store: RecordingStore
    let recorder: TestRecorder
    let variables: TestVariables
    let log: TestLog
    let requests: DirectRequests
    private let subscriptions: [any Subscription]

    /// What every test has of the program that runs it.
    struct Surroundings: Sendable {
        let registry: ModuleRegistry
        let scriptRuntime: (any ScriptRuntime)?
        let databaseDrivers: [any DatabaseDriver]
        let brokerProviders: [String: any BrokerProvider.Type]
        let thread: TaskThread
    }

    /// Starts an application.
    ///
    /// - Throws: ``ConfigurationError`` when it is wrong, ``WorkflowError`` when it does not start.
    static func start(
        _ configuration: ApplicationConfiguration, clock start: Timestamp?, mocks: MockSet, log: TestLog,
        _ surroundings: Surroundings
    ) async throws -> TestApplication {
        let clock = start.map { TestClock(now: $0) } ?? TestClock()
        let time = VirtualTime(clock: clock, thread: surroundings.thread)
        let identifiers = CountingIdentifiers(clock: clock)
        let variables = TestVariables(clock: clock, identifiers: identifiers)
        let recorder = TestRecorder()
        let store = RecordingStore(recorder)
        let requests = DirectRequests(logger: log.logger)
        var environment = EngineEnvironment(
            clock: clock, identifiers: identifiers, logger: log.logger, defaultStore: store)
        environment.random = { 0.5 }
        // At the end nothing is waited for.
        environment.drainDeadline = .zero
        environment.scriptRuntime = surroundings.scriptRuntime.map { runtime in
            MockedComponents(
                base: runtime, mocks: mocks.components, recorder: recorder, thread: surroundings.thread,
                scope: { variables.scope })
        }
        environment.outboundHTTP = MockedHosts(mocks.hosts, recorder: recorder) { variables.scope }
        environment.httpListeners = SharedListenerFactory(standIn: requests)
        environment.databaseDrivers = surroundings.databaseDrivers.map { driver in
            DatabaseStandIn(base: driver, store: store, thread: surroundings.thread)
        }
        environment.brokerProviders = StandIns.providers(surroundings.brokerProviders)
        let engine = WorkflowEngine(
            configuration: configuration, registry: surroundings.registry, environment: environment)
        try await time.complete("The start of the application") { try await engine.start() }
        guard let generation = engine.runningGeneration else {
            throw WorkflowError(.internal, "The application has started and does not run.")
        }
        for (name, source) in generation.services.all((any MessageSource).self) {
            source.forward(to: HandlingRecorder(handler: name, recorder: recorder))
        }
        var subscriptions: [any Subscription] = []
        for (_, broker) in generation.brokers {
            subscriptions.append(try await broker.subscribe(to: ">", name: "wfctl-test", handler: recorder))
        }
        await time.settle()
        return TestApplication(
            engine: engine, generation: generation, time: time, store: store, recorder: recorder,
            variables: variables, log: log, requests: requests, subscriptions: subscriptions)
    }

    /// The state machine called `name` with its engine.
    func machine(_ name: String) -> (engine: StateMachineEngine, definition: StateMachineDefinition)? {
        for (_, engine) in generation.services.all(StateMachineEngine.self) {
            if let definition = engine.definition(name) { return (engine, definition) }
        }
        return nil
    }

    /// Ends everything.
    func stop() async {
        await time.completeMovingOn { [engine] in await engine.stop() }
    }
}
