import Logging
public import ServiceLifecycle
import Synchronization

/// Runs an application that a configuration describes.
///
/// ```swift
/// let configuration = try ApplicationConfiguration(yaml: text)
/// let engine = WorkflowEngine(configuration: configuration, registry: registry)
/// try await engine.run()
/// ```
public final class WorkflowEngine: Service {
    enum Phase {
        case idle
        case starting(Task<EngineGeneration, any Error>)
        case running(EngineGeneration)
        case stopping
        case stopped
    }

    /// What the program that runs the engine provides.
    public let environment: EngineEnvironment
    /// The module types that the application may use.
    public let registry: ModuleRegistry
    let phase = Mutex(Phase.idle)
    let reloads = Mutex(Reloads())
    let reloadLine = SerialTasks()
    private let firstConfiguration: ApplicationConfiguration
    private let onReady: (@Sendable (EngineSummary) -> Void)?
    private let lifecycle: LifecyclePublisher
    /// Closed when the engine has stopped.
    private let ended = WakeUp()

    /// Creates an engine; nothing is started yet.
    ///
    /// - Parameters:
    ///   - configuration: The application.
    ///   - registry: The module types that it may use.
    ///   - environment: Time, identifiers, logs, metrics, and the parts that need a driver.
    ///   - onReady: Called once everything is active.
    ///   - onLifecycleEvent: Called when a workflow is started, completed or failed; must not block.
    public init(
        configuration: ApplicationConfiguration, registry: ModuleRegistry, environment: EngineEnvironment = .init(),
        onReady: (@Sendable (EngineSummary) -> Void)? = nil,
        onLifecycleEvent: (@Sendable (LifecycleEvent) -> Void)? = nil
    ) {
        firstConfiguration = configuration
        self.registry = registry
        var environment = environment
        environment.traces = Traces()
        self.environment = environment
        self.onReady = onReady
        lifecycle = LifecyclePublisher(environment: environment, observer: onLifecycleEvent)
    }

    /// The configuration that runs, or that will.
    public var configuration: ApplicationConfiguration {
        phase.withLock { phase in
            guard case .running(let generation) = phase else { return firstConfiguration }
            return generation.configuration
        }
    }

    /// The identifier of this process among those that share the state; `nil` when it is not shared, and while it is not sure
    /// that others have not taken over.
    public var nodeIdentifier: String? {
        runningGeneration?.runtime.member?.identifier
    }

    /// Lets other processes that share the state see what runs here.
    func describeNode() {
        var data = environment.nodeDescription
        data["configHash"] = .string(configurationHash)
        runningGeneration?.runtime.member?.tell(data)
    }

    /// The hash of what the configuration means that runs, or that will; see ``ApplicationConfiguration/hash``.
    public var configurationHash: String {
        phase.withLock { phase in
            guard case .running(let generation) = phase else { return firstConfiguration.hash }
            return generation.hash
        }
    }

    /// Checks a configuration as ``start()`` would, without any effect on the outside.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    public static func validate(
        _ configuration: ApplicationConfiguration, registry: ModuleRegistry, environment: EngineEnvironment = .init()
    ) async throws {
        var environment = environment
        environment.metrics = EngineMetrics(registry: MetricsRegistry())
        environment.traces = Traces()
        let plan = GenerationPlan(configuration, registry: registry)
        try await EngineGeneration.build(plan, number: 0, environment: environment, isDryRun: true).discard()
    }

    /// Starts the application and runs it until graceful shutdown, which finishes what is under way, or cancellation, which
    /// cuts off durable work; either way everything is released in order.
    ///
    /// - Throws: What ``start()`` throws.
    public func run() async throws {
        try await start()
        do {
            try await gracefulShutdown()
            try await serveWhileNotReady()
            await stop(isUrgent: false)
        } catch {
            await stop(isUrgent: true)
        }
    }

    private func serveWhileNotReady() async throws {
        guard environment.drainDelay > .zero, let generation = runningGeneration else { return }
        generation.isReady = false
        environment.logger.info(
            "The application is not ready any more and goes on serving before it stops",
            metadata: ["delay.ms": "\(environment.drainDelay.wholeMilliseconds)"])
        try await environment.clock.sleep(for: environment.drainDelay)
    }

    /// Builds, prepares and activates everything.
    ///
    /// - Throws: ``ConfigurationError``, or ``WorkflowError`` when something cannot be opened, when the engine was started
    ///   before, or when it is stopped meanwhile; `CancellationError`. Everything that was started is taken down again.
    public func start() async throws {
        let began = environment.clock.now
        let launch = phase.withLock { phase -> Task<EngineGeneration, any Error>? in
            guard case .idle = phase else { return nil }
            let launch = Task { try await self.launch() }
            phase = .starting(launch)
            return launch
        }
        guard let launch else { throw WorkflowError(.conflict, "The engine was started before.") }
        do {
            let generation = try await withTaskCancellationHandler {
                try await launch.value
            } onCancel: {
                launch.cancel()
            }
            let isWanted = phase.withLock { phase in
                guard case .starting = phase else { return false }
                phase = .running(generation)
                return true
            }
            guard isWanted else {
                await generation.stop(isUrgent: true, isLast: true)
                await lifecycle.stop()
                throw CancellationError()
            }
            reloads.withLock { $0.since = environment.clock.now }
            describeNode()
            environment.metrics.engineGeneration.with().set(Double(generation.context.number))
            let summary = summary(of: generation, startup: began.duration(to: environment.clock.now))
            environment.logger.info(
                "The application is ready",
                metadata: ["modules": "\(summary.modules.count)", "startup.ms": "\(summary.startup.wholeMilliseconds)"])
            onReady?(summary)
        } catch {
            let wasStopped = phase.withLock { phase in
                defer { phase = .stopped }
                if case .stopping = phase { return true }
                return false
            }
            ended.close()
            guard wasStopped, error is CancellationError else { throw error }
            throw WorkflowError(.unavailable, "The engine was stopped while it started.", cause: error)
        }
    }

    private func launch() async throws -> EngineGeneration {
        let plan = GenerationPlan(firstConfiguration, registry: registry)
        let generation = try await EngineGeneration.build(plan, number: 1, environment: environment)
        lifecycle.start()
        lifecycle.connect(generation.context)
        do {
            try await generation.prepare()
            do {
                try await generation.activate()
            } catch {
                await generation.stop(isUrgent: true, isLast: true)
                throw error
            }
        } catch {
            await lifecycle.stop()
            throw error
        }
        return generation
    }

    /// Stops taking work in, finishes what is under way until the deadline, and releases everything. Returns when that is
    /// done, also when another call began it; a start that is under way is broken off.
    public func stop() async {
        await stop(isUrgent: false)
    }

    private func stop(isUrgent: Bool) async {
        let stopped = phase.withLock { phase in
            defer {
                switch phase {
                case .starting, .running: phase = .stopping
                case .idle, .stopping, .stopped: break
                }
            }
            return phase
        }
        switch stopped {
        case .idle, .stopped: return
        case .starting(let launch): launch.cancel()
        case .stopping: break
        case .running(let generation):
            environment.logger.info("The application stops")
            // A reload that goes on takes back what it has begun.
            await endReloads()
            await generation.stop(isUrgent: isUrgent, isLast: true)
            await endRetirement()
            environment.logger.info("The application has stopped")
            await lifecycle.stop()
            phase.withLock { $0 = .stopped }
            ended.close()
        }
        // In a task of its own, since a cancelled one would not wait.
        await Task { await ended.wait() }.value
    }

    /// Runs a workflow.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when the engine does not run, `.notFound`, or what the workflow throws.
    @discardableResult
    public func invoke(_ workflow: String, action: String, data: JSONObject = [:]) async throws -> JSONValue {
        try await invoke(WorkflowCall(workflow: workflow, action: action, data: data))
    }

    /// Runs a workflow.
    ///
    /// - Parameters:
    ///   - call: What is asked of it.
    ///   - scope: What the run is known by to those who look on; `nil` for a new one.
    /// - Throws: ``WorkflowError`` `.unavailable` when the engine does not run, `.notFound`, or what the workflow throws.
    public func invoke(_ call: WorkflowCall, as scope: ExecutionScope? = nil) async throws -> JSONValue {
        try await running().context.invoker.invoke(call, as: scope)
    }

    /// The service that a module of the running application provides.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when the engine does not run, `.notFound` when there is none,
    ///   `.invalidInput` when there are several and none is named.
    public func service<Service>(_ type: Service.Type, named name: String = "") throws -> Service {
        do {
            return try running().services.require(type, kind: .other, named: name)
        } catch let error as AbsentCounterpartError {
            throw WorkflowError(.notFound, error.description)
        }
    }

    /// What belongs to the generation that runs; `nil` while the engine does not run.
    public var runningGeneration: GenerationContext? {
        phase.withLock { phase in
            guard case .running(let generation) = phase else { return nil }
            return generation.context
        }
    }

    /// The modules that run: their names and types, and the generations that they were created for; empty while the engine
    /// does not run.
    public var modules: [(name: String, type: String, generation: Int)] {
        guard let instances = try? running().instances else { return [] }
        return instances.filter { $0.key.section == .module }.map { ($0.name, $0.type, $0.generation) }
    }

    func running() throws -> EngineGeneration {
        try phase.withLock { phase in
            guard case .running(let generation) = phase else {
                throw WorkflowError(.unavailable, "The engine is not running.")
            }
            return generation
        }
    }

    /// Passes the lifecycle events of a generation on.
    func connect(_ generation: EngineGeneration) {
        lifecycle.connect(generation.context)
    }

    private func summary(of generation: EngineGeneration, startup: Duration) -> EngineSummary {
        EngineSummary(
            generation: generation.context.number,
            modules: generation.instances.filter { $0.key.section == .module }.map { ($0.name, $0.type) },
            details: generation.instances.flatMap { ($0.module as? any SummarizedModule)?.summaryLines ?? [] },
            startup: startup)
    }
}
