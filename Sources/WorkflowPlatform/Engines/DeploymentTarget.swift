public import WorkflowCore

/// Where deployed workflows run: in this process (``EngineManager``), or on machines of a customer.
///
/// A workflow runs in each of its environments by itself, as if it were another one.
///
/// A target knows nothing of companies, versions and roles; it runs what it is given. What is to run after a restart of
/// the process is for the caller to say, by deploying it again.
public protocol DeploymentTarget: Sendable {
    /// Has a version of a workflow run in place of the one that runs, or start when none does.
    ///
    /// The version before serves until the new one has taken over; no request is lost. When the new one cannot run, the
    /// one before goes on, and when there is none, nothing is left behind. Operations on one workflow follow one
    /// another in the order in which they are called. A caller that is cancelled does not cut the deployment short.
    ///
    /// - Parameters:
    ///   - deployment: What is to run.
    ///   - options: What becomes of instances whose state it does not have; without any, it does not run then.
    ///   - commit: Takes note of it, once it serves; when that throws, what ran before goes on.
    /// - Returns: What runs now.
    /// - Throws: ``DeploymentError`` when it does not run.
    @discardableResult
    func deploy(
        _ deployment: Deployment, options: ReloadOptions, commit: @escaping @Sendable () async throws -> Void
    ) async throws -> DeploymentStatus

    /// Stops a workflow, and returns when it has really stopped; its state is kept.
    ///
    /// - Returns: The status; `nil` when the target does not know the workflow.
    @discardableResult
    func stop(_ deployment: DeploymentKey) async -> DeploymentStatus?

    /// What is known of a workflow; `nil` when it was never deployed here.
    func status(of deployment: DeploymentKey) async -> DeploymentStatus?

    /// What is known of all workflows, by identifier.
    func statuses() async -> [DeploymentStatus]

    /// Stops everything, and takes nothing new any more.
    func shutdown() async
}

extension DeploymentTarget {
    /// Has a version of a workflow run in place of the one that runs, or start when none does.
    ///
    /// - Throws: ``DeploymentError`` when it does not run.
    @discardableResult
    public func deploy(
        _ deployment: Deployment, options: ReloadOptions = ReloadOptions()
    ) async throws -> DeploymentStatus {
        try await deploy(deployment, options: options) {}
    }
}
