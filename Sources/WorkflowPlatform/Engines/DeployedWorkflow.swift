import Logging
import Synchronization
import WorkflowCore
import WorkflowHTTP

/// One workflow of an ``EngineManager`` in one environment: its engine, its place on the shared listener,
/// and what is known of it.
///
/// Everything that changes it goes through one line, one operation after another.
final class DeployedWorkflow: Sendable {
    struct State: Sendable {
        var status: DeploymentStatus
        var running: RunningEngine?
        /// What runs, or is to run again.
        var current: Deployment?
        /// What ran before it, while it has not proved itself.
        var previous: Deployment?
        /// How many deployments there were.
        var deployments = 0
        /// Tells engines apart: a failure of one that is gone counts no more.
        var engineNumber = 0
        /// Waits for the time of the next start.
        var restart: Task<Void, Never>?
        var isClosed = false
    }

    let key: DeploymentKey
    let settings: EngineSettings
    let mount: WorkflowMount
    let table: MountTable
    let logger: Logger
    let line = OperationLine()
    private let secrets = RedactingLogHandler.Secrets()
    private let logPlace: RecordingLogHandler.Place
    let state: Mutex<State>
    /// Where its files are; `nil` when it cannot have any.
    let files: DeploymentFiles?
    let registry: ModuleRegistry
    private let provider: any EngineProvider
    private let observer: (any DeploymentObserver)?
    private let listening: EngineListening

    init(
        _ key: DeploymentKey, settings: EngineSettings, registry: ModuleRegistry, provider: any EngineProvider,
        table: MountTable, observer: (any DeploymentObserver)?, listening: EngineListening,
        recorder: LogRecorder?
    ) {
        var logger = provider.logger(for: key.workflow) ?? settings.logger
        logger[metadataKey: "workflow.id"] = "\(key.workflow)"
        logger[metadataKey: "workflow.environment"] = "\(key.environment)"
        logPlace = RecordingLogHandler.Place(key)
        if let recorder {
            logger.handler = RecordingLogHandler(logger.handler, at: logPlace, recorder: recorder)
        }
        logger.handler = RedactingLogHandler(logger.handler, secrets: secrets)
        self.key = key
        self.settings = settings
        files = provider.filesFolder(of: key).map { DeploymentFiles(folder: $0) }
        self.registry = settings.modules.narrowing(registry, hasFiles: files != nil)
        self.provider = provider
        self.table = table
        self.observer = observer
        self.listening = listening
        self.logger = logger
        mount = WorkflowMount(logger: logger)
        state = Mutex(
            State(status: DeploymentStatus(key, state: .stopped, since: settings.clock.now)))
    }

    /// What is known of it.
    var status: DeploymentStatus { state.withLock { $0.status } }

    /// Changes the status and tells of it.
    @discardableResult
    func tell(_ change: (inout State) -> Void) -> DeploymentStatus {
        let now = settings.clock.now
        let status = state.withLock { state in
            let before = state.status.state
            change(&state)
            if state.status.state != before { state.status.since = now }
            state.status.modules = state.running?.modules ?? []
            let path = state.current?.mount.path ?? ""
            state.status.paths = mount.paths.map { path + $0 }
            return state.status
        }
        observer?.deploymentChanged(status)
        return status
    }

    /// Takes the secrets of what runs out of texts; `nil` when it has none.
    var redactor: SecretRedactor? { secrets.current }

    /// What takes the secrets of a deployment out of texts.
    func redactor(_ deployment: Deployment) -> SecretRedactor {
        SecretRedactor([deployment], folder: files?.folder)
    }

    /// Puts the files of a deployment in place, and reads its configuration.
    ///
    /// - Throws: ``ConfigurationError``, or ``WorkflowError`` when the files cannot be written.
    func place(_ deployment: Deployment) throws -> ApplicationConfiguration {
        // Those of the version before are in use until its last request has ended.
        secrets.hide([deployment] + [state.withLock { $0.current }].compactMap { $0 })
        let configuration = try deployment.read(in: files?.folder)
        try files?.replace(with: deployment.files)
        return configuration
    }

    /// Tells whoever listens what an engine does; `nil` when nobody does.
    private func onActivity(_ version: Int) -> (@Sendable (EngineActivity) -> Void)? {
        guard let listener = listening.current else { return nil }
        let source = EngineSource(key) { [weak self, secrets] in
            (self?.status.version ?? version, secrets.current)
        }
        return { listener.hear($0, from: source) }
    }

    /// What a start needs besides the deployment.
    func surroundings(version: Int) -> RunningEngine.Surroundings {
        let number = state.withLock { state in
            state.engineNumber += 1
            return state.engineNumber
        }
        return RunningEngine.Surroundings(
            settings: settings, registry: registry, provider: provider, mount: mount, logger: logger,
            logPlace: logPlace,
            onModuleFailure: { [weak self] module, error in self?.failed(engine: number, module, error) },
            onLifecycleEvent: { [weak self, key, observer] event in
                observer?.lifecycle(event, of: key, version: self?.status.version ?? version)
            },
            onActivity: onActivity(version))
    }
}
