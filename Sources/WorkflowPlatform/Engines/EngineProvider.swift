public import Logging
public import WorkflowCore

/// Opens what the engine of one workflow needs and what takes a driver; the program provides it.
///
/// Nothing of it is shared between workflows, nor between the environments of one.
public protocol EngineProvider: Sendable {
    /// Opens the store of a workflow: what it holds is there again after a restart of the process, and nobody else's.
    /// The engine manager closes it.
    ///
    /// - Throws: ``StoreError`` when it cannot be opened.
    func openStore(of deployment: DeploymentKey) async throws -> any StateStore

    /// Makes what runs the scripts of a workflow; `nil` when the program has no script engine. The engine manager shuts
    /// it down.
    ///
    /// - Throws: ``ScriptError`` when there is no room for it.
    func makeScriptRuntime(for workflow: ID<Workflow>) throws -> (any ScriptRuntime)?

    /// Where the files of a workflow are kept that belong to its deployment, such as scripts; `nil` when workflows
    /// cannot have any. The engine manager writes and removes everything in that folder.
    func filesFolder(of deployment: DeploymentKey) -> String?

    /// Removes everything that was kept of a workflow, which does not run any more.
    ///
    /// - Throws: ``StoreError`` or ``WorkflowError`` when that cannot be done.
    func removeState(of deployment: DeploymentKey) async throws

    /// The logger of a workflow, without its metadata.
    func logger(for workflow: ID<Workflow>) -> Logger?
}

extension EngineProvider {
    public func makeScriptRuntime(for workflow: ID<Workflow>) throws -> (any ScriptRuntime)? { nil }
    public func filesFolder(of deployment: DeploymentKey) -> String? { nil }
    public func logger(for workflow: ID<Workflow>) -> Logger? { nil }
}
