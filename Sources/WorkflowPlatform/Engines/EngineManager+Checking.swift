import Logging
public import WorkflowCore
import WorkflowHTTP

extension EngineManager {
    /// Checks a deployment as ``deploy(_:)`` would, without any effect on the outside.
    ///
    /// - Throws: ``DeploymentError`` `.invalid` with everything that is wrong.
    public func validate(_ deployment: Deployment) async throws {
        try await withScratchFiles(of: deployment) { configuration, folder in
            let scripts = try self.provider.makeScriptRuntime(for: deployment.workflow)
            var environment = self.settings.environment(
                logger: self.settings.logger, store: InMemoryStateStore(), scripts: scripts, limits: deployment.limits)
            environment.httpListeners = SharedListenerFactory(standIn: WorkflowMount(logger: self.settings.logger))
            do {
                try await WorkflowEngine.validate(
                    configuration,
                    registry: self.settings.modules.narrowing(self.registry, hasFiles: folder != nil),
                    environment: environment)
            } catch {
                await scripts?.shutdown()
                throw error
            }
            await scripts?.shutdown()
        }
    }

    /// What a deployment would change in the workflow that runs; `nil` when none runs.
    ///
    /// - Throws: ``DeploymentError``.
    public func plan(_ deployment: Deployment) async throws -> ReloadPlan? {
        guard let running = running(deployment.key) else { return nil }
        return try await withScratchFiles(of: deployment) { configuration, _ in
            try await running.engine.plan(configuration)
        }
    }

    /// The instances of a workflow that runs whose state a configuration would not have.
    ///
    /// - Parameters:
    ///   - plan: What the configuration changes.
    ///   - deployment: The workflow, and where it runs.
    /// - Returns: Those that it strands and those that are stranded already; none when the workflow does not run.
    /// - Throws: ``StoreError``.
    func stranded(by plan: ReloadPlan, of deployment: DeploymentKey) async throws -> [StrandedInstances] {
        try await running(deployment)?.stranded(by: plan) ?? []
    }

    /// Whether instances are in states that one version has and another one lacks, so that only the former can go on
    /// with them. Call it while neither runs.
    ///
    /// - Throws: ``ConfigurationError`` or ``StoreError``.
    func isNeeded(_ next: Deployment, insteadOf current: Deployment) async throws -> Bool {
        let folder = provider.filesFolder(of: next.key)
        var plan = ReloadPlan(
            from: try next.read(in: folder), to: try current.read(in: folder),
            registry: settings.modules.narrowing(registry, hasFiles: folder != nil))
        let store = try await provider.openStore(of: next.key)
        do {
            plan.stranded = try await StrandedInstances.find(in: store, plan: plan)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        return !plan.newlyStranded.isEmpty
    }

    /// Calls `body` with the configuration of a deployment, whose files are in a folder for that time.
    ///
    /// - Throws: ``DeploymentError``.
    private func withScratchFiles<Result: Sendable>(
        of deployment: Deployment, _ body: (ApplicationConfiguration, _ folder: String?) async throws -> Result
    ) async throws -> Result {
        let identifiers = settings.identifiers ?? UUIDv7Generator(clock: settings.clock)
        let folder = provider.filesFolder(of: deployment.key).map { "\($0).check-\(identifiers.next())" }
        let files = folder.map { DeploymentFiles(folder: $0) }
        do {
            let configuration = try deployment.read(in: folder)
            try files?.replace(with: deployment.files)
            let result = try await body(configuration, folder)
            try files?.remove()
            return result
        } catch {
            let error = DeploymentError(error, redactor: SecretRedactor([deployment], folder: folder))
            do {
                try files?.remove()
            } catch {
                settings.logger.warning("Files of a check were left behind", metadata: ["error": "\(error)"])
            }
            throw error
        }
    }
}
