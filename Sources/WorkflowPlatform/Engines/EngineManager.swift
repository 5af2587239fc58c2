import Logging
import Synchronization
public import WorkflowCore
import WorkflowHTTP

/// Runs deployed workflows in this process, one engine each.
///
/// What a workflow has is its own: store, resources, metrics, script runtime, variables. Its listeners have no sockets;
/// their requests come through ``requests``, which goes behind the listener that all workflows share.
///
/// ```swift
/// let manager = EngineManager(registry: StandardCatalog.registry, provider: provider)
/// let server = HTTPServer(configuration: settings, responder: manager.requests, logger: logger)
/// try await manager.deploy(deployment)
/// ```
///
/// Workflows that are mounted on paths are one origin to browsers. Have what people sign in to, such as the API of the
/// platform, on another port or host than workflows, so that their pages cannot use it.
public final class EngineManager: DeploymentTarget {
    private struct State {
        var workflows: [DeploymentKey: DeployedWorkflow] = [:]
        var isClosed = false
    }

    let settings: EngineSettings
    let registry: ModuleRegistry
    let provider: any EngineProvider
    private let observer: (any DeploymentObserver)?
    private let table = MountTable()
    /// Who hears what the engines do.
    let listening = EngineListening()
    private let state = Mutex(State())
    private let recorder = Mutex<LogRecorder?>(nil)

    /// Creates a manager without workflows.
    ///
    /// - Parameters:
    ///   - registry: The module types of the program; ``EngineSettings/modules`` says which of them workflows may use.
    ///   - provider: Opens what takes a driver.
    ///   - settings: What all engines have in common.
    ///   - observer: Hears what becomes of workflows.
    public init(
        registry: ModuleRegistry, provider: any EngineProvider, settings: EngineSettings = EngineSettings(),
        observer: (any DeploymentObserver)? = nil
    ) {
        self.settings = settings
        self.registry = registry
        self.provider = provider
        self.observer = observer
    }

    /// Answers the requests of all workflows; 404 for what leads to none.
    public var requests: any HTTPHandler { table }

    // MARK: - Deployment target

    @discardableResult
    public func deploy(
        _ deployment: Deployment, options: ReloadOptions, commit: @escaping @Sendable () async throws -> Void
    ) async throws -> DeploymentStatus {
        let workflow = try find(deployment.key)
        return try await workflow.line.attempt { try await workflow.deploy(deployment, options, commit) }
    }

    @discardableResult
    public func stop(_ deployment: DeploymentKey) async -> DeploymentStatus? {
        guard let deployed = state.withLock({ $0.workflows[deployment] }) else { return nil }
        return await deployed.line.run { await deployed.stop() }
    }

    public func status(of deployment: DeploymentKey) async -> DeploymentStatus? {
        state.withLock { $0.workflows[deployment] }?.status
    }

    public func statuses() async -> [DeploymentStatus] {
        state.withLock { Array($0.workflows.values) }.sorted { $0.key < $1.key }.map(\.status)
    }

    /// How many workflows are in each state.
    var states: [DeploymentStatus.State: Int] {
        let workflows = state.withLock { Array($0.workflows.values) }
        return Dictionary(workflows.map { ($0.status.state, 1) }, uniquingKeysWith: +)
    }

    public func shutdown() async {
        let workflows = state.withLock { state in
            state.isClosed = true
            return Array(state.workflows.values)
        }
        await withDiscardingTaskGroup { group in
            for workflow in workflows {
                group.addTask { _ = await workflow.line.run { await workflow.stop(isLast: true) } }
            }
        }
    }

    // MARK: - Beyond a target

    /// Has the logs of workflows kept that are deployed for the first time from now on.
    func record(to recorder: LogRecorder) { self.recorder.withLock { $0 = recorder } }

    /// Starts what was deployed when the process ended; what cannot be started because something is not there yet is
    /// tried again. Returns when each has been tried once.
    public func restore(_ deployments: [Deployment]) async {
        await withDiscardingTaskGroup { group in
            let lanes = max(1, min(settings.concurrentStarts, deployments.count))
            for lane in 0..<lanes {
                group.addTask {
                    for index in stride(from: lane, to: deployments.count, by: lanes) {
                        await self.restore(deployments[index])
                    }
                }
            }
        }
    }

    private func restore(_ deployment: Deployment) async {
        do {
            let workflow = try find(deployment.key)
            await workflow.line.run { await workflow.restore(deployment) }
        } catch {
            settings.logger.error(
                "A workflow was not restored", metadata: ["workflow.id": "\(deployment.key)", "error": "\(error)"])
        }
    }

    /// Says in the status of a workflow what went wrong.
    ///
    /// - Throws: ``DeploymentError`` when the manager has been shut down.
    func explain(_ error: String, _ deployment: DeploymentKey) throws {
        try find(deployment).tell { $0.status.lastError = error }
    }

    /// Stops a workflow in an environment, and removes everything that was kept of it there.
    ///
    /// - Throws: What ``EngineProvider/removeState(of:)`` throws, and ``WorkflowError`` when files cannot be removed.
    public func remove(_ deployment: DeploymentKey) async throws {
        if let deployed = state.withLock({ $0.workflows[deployment] }) {
            _ = await deployed.line.run { await deployed.stop(isLast: true) }
        }
        if let folder = provider.filesFolder(of: deployment) { try DeploymentFiles(folder: folder).remove() }
        try await provider.removeState(of: deployment)
        state.withLock { $0.workflows[deployment] = nil }
    }

    /// Runs a part of a deployed workflow, as its triggers do.
    ///
    /// - Parameters:
    ///   - deployment: The deployed workflow.
    ///   - name: The kind or definition of the part, such as `order`.
    ///   - action: The action.
    ///   - data: Its input.
    /// - Throws: ``WorkflowError`` `.unavailable` when it does not run, or what it throws.
    public func invoke(
        _ deployment: DeploymentKey, _ name: String, action: String, data: JSONObject = [:]
    ) async throws -> JSONValue {
        guard let running = running(deployment) else {
            throw WorkflowError(.unavailable, "The workflow does not run.")
        }
        return try await running.engine.invoke(name, action: action, data: data)
    }

    /// The metrics of a workflow that runs.
    public func metrics(of deployment: DeploymentKey) -> MetricsRegistry? {
        running(deployment)?.engine.environment.metrics.registry
    }

    /// The engine of a workflow that runs.
    func running(_ deployment: DeploymentKey) -> RunningEngine? {
        state.withLock { $0.workflows[deployment] }?.state.withLock { $0.running }
    }

    /// The version of a workflow that serves; 0 when none does.
    func version(of deployment: DeploymentKey) -> Int {
        state.withLock { $0.workflows[deployment] }?.status.version ?? 0
    }

    /// Takes the secrets of a workflow out of texts; `nil` when it has none.
    func secrets(of deployment: DeploymentKey) -> SecretRedactor? {
        state.withLock { $0.workflows[deployment] }?.redactor
    }

    /// The workflow with a key, which is new here when it was never deployed.
    private func find(_ key: DeploymentKey) throws -> DeployedWorkflow {
        try state.withLock { state in
            guard !state.isClosed else { throw DeploymentError(.unavailable, "the engine manager stops") }
            if let workflow = state.workflows[key] { return workflow }
            let workflow = DeployedWorkflow(
                key, settings: settings, registry: registry, provider: provider, table: table, observer: observer,
                listening: listening, recorder: recorder.withLock { $0 })
            state.workflows[key] = workflow
            return workflow
        }
    }
}
