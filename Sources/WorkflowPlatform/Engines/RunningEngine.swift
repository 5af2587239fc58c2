import Logging
import WorkflowCore
import WorkflowHTTP

/// An engine that runs, with what was opened for it.
struct RunningEngine: Sendable {
    let engine: WorkflowEngine
    private let store: any StateStore
    private let scripts: (any ScriptRuntime)?

    /// What starts need besides the deployment.
    struct Surroundings: Sendable {
        let settings: EngineSettings
        let registry: ModuleRegistry
        let provider: any EngineProvider
        let mount: WorkflowMount
        let logger: Logger
        let logPlace: RecordingLogHandler.Place
        let onModuleFailure: @Sendable (_ module: String, _ error: any Error) -> Void
        let onLifecycleEvent: @Sendable (LifecycleEvent) -> Void
        let onActivity: (@Sendable (EngineActivity) -> Void)?
    }

    /// Starts an engine; leaves nothing behind when that fails.
    ///
    /// - Parameters:
    ///   - configuration: What it runs.
    ///   - deployment: Where the configuration is from.
    ///   - surroundings: What it needs besides.
    ///   - check: Looks at the state before anything is begun; what it throws is thrown.
    /// - Throws: ``ConfigurationError``, ``WorkflowError``, ``StoreError`` or ``ScriptError``.
    static func start(
        _ configuration: ApplicationConfiguration, of deployment: Deployment, in surroundings: Surroundings,
        check: (any StateStore) async throws -> Void = { _ in }
    ) async throws -> RunningEngine {
        let scripts = try surroundings.provider.makeScriptRuntime(for: deployment.workflow)
        var opened: (any StateStore)?
        do {
            // Before anything is opened.
            try await WorkflowEngine.validate(
                configuration, registry: surroundings.registry,
                environment: surroundings.environment(deployment, InMemoryStateStore(), scripts))
            let store = try await surroundings.provider.openStore(of: deployment.key)
            opened = store
            try await check(store)
            var environment = surroundings.environment(deployment, store, scripts)
            environment.onModuleFailure = surroundings.onModuleFailure
            let engine = WorkflowEngine(
                configuration: configuration, registry: surroundings.registry, environment: environment,
                onLifecycleEvent: surroundings.onLifecycleEvent)
            surroundings.logPlace.use(engine.environment.traces)
            engine.environment.traces.watch(surroundings.onActivity) { [key = deployment.key] instance in
                TimedID.make(instance, of: key).text
            }
            try await engine.start()
            return RunningEngine(engine: engine, store: store, scripts: scripts)
        } catch {
            await scripts?.shutdown()
            await opened?.close()
            throw error
        }
    }

    /// Stops the engine and closes what was opened for it; returns when that is done.
    func stop() async {
        await engine.stop()
        await scripts?.shutdown()
        await store.close()
    }

    /// What a plan would strand of what there is.
    ///
    /// - Throws: ``StoreError``.
    func stranded(by plan: ReloadPlan) async throws -> [StrandedInstances] {
        try await StrandedInstances.find(in: store, plan: plan)
    }

    /// The modules that run.
    var modules: [DeploymentStatus.Module] {
        engine.modules.map { DeploymentStatus.Module(name: $0.name, type: $0.type) }
    }
}

extension RunningEngine.Surroundings {
    /// The environment of an engine whose listeners are mounted instead of bound.
    fileprivate func environment(
        _ deployment: Deployment, _ store: any StateStore, _ scripts: (any ScriptRuntime)?
    ) -> EngineEnvironment {
        var environment = settings.environment(
            logger: logger, store: store, scripts: scripts, limits: deployment.limits)
        // Links join what runs in production.
        if deployment.environment == .production { environment.eventTap = settings.eventTaps[deployment.workflow] }
        environment.httpListeners = SharedListenerFactory(standIn: mount)
        return environment
    }
}
