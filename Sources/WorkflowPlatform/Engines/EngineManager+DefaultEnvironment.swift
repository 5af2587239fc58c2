public import WorkflowCore

extension DeploymentTarget {
    /// Stops a workflow in ``EnvironmentName/production``.
    @discardableResult
    public func stop(_ workflow: ID<Workflow>) async -> DeploymentStatus? { await stop(DeploymentKey(workflow)) }

    /// What is known of a workflow in ``EnvironmentName/production``.
    public func status(of workflow: ID<Workflow>) async -> DeploymentStatus? {
        await status(of: DeploymentKey(workflow))
    }
}

extension EngineManager {
    /// Runs a part of a workflow that is deployed in ``EnvironmentName/production``, as its triggers do.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when it does not run, or what it throws.
    public func invoke(
        _ workflow: ID<Workflow>, _ name: String, action: String, data: JSONObject = [:]
    ) async throws -> JSONValue {
        try await invoke(DeploymentKey(workflow), name, action: action, data: data)
    }

    /// The metrics of a workflow that runs in ``EnvironmentName/production``.
    public func metrics(of workflow: ID<Workflow>) -> MetricsRegistry? { metrics(of: DeploymentKey(workflow)) }

    /// Stops a workflow in ``EnvironmentName/production``, and removes everything that was kept of it there.
    public func remove(_ workflow: ID<Workflow>) async throws { try await remove(DeploymentKey(workflow)) }

    /// The engine of a workflow that runs in ``EnvironmentName/production``.
    func running(_ workflow: ID<Workflow>) -> RunningEngine? { running(DeploymentKey(workflow)) }

    /// The version of a workflow that serves; 0 when none does.
    func version(of workflow: ID<Workflow>) -> Int { version(of: DeploymentKey(workflow)) }

    /// Takes the secrets of a workflow out of texts; `nil` when it has none.
    func secrets(of workflow: ID<Workflow>) -> SecretRedactor? { secrets(of: DeploymentKey(workflow)) }
}
