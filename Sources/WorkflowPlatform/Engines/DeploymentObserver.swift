public import WorkflowCore

/// Hears what becomes of deployed workflows; called synchronously, must not block.
public protocol DeploymentObserver: Sendable {
    /// The state, the version or the last error of a workflow is another one now.
    func deploymentChanged(_ status: DeploymentStatus)
    /// A workflow, or a step of one, was started, completed or failed.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - workflow: The deployed workflow.
    ///   - version: The version that served when it was told.
    func lifecycle(_ event: LifecycleEvent, of workflow: ID<Workflow>, version: Int)
    /// A workflow, or a step of one, was started, completed or failed; for who has to know in which environment.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - deployment: The deployed workflow.
    ///   - version: The version that served when it was told.
    func lifecycle(_ event: LifecycleEvent, of deployment: DeploymentKey, version: Int)
}

extension DeploymentObserver {
    public func lifecycle(_ event: LifecycleEvent, of deployment: DeploymentKey, version: Int) {
        lifecycle(event, of: deployment.workflow, version: version)
    }
}
