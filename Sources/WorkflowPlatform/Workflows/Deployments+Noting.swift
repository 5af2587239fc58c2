import Logging
import WorkflowCore
import WorkflowStore

extension Deployments {
    /// Takes note that a version runs.
    ///
    /// - Parameters:
    ///   - intention: What was intended.
    ///   - confirm: Throws when it may not run any more; nobody else changes the company until the note is taken.
    /// - Returns: The workflow as it looks to who asks about the environment.
    func note(
        _ intention: DeploymentIntention, confirm: @escaping @Sendable (any SQLConnection) throws -> Void = { _ in }
    ) async -> Result<Workflow, any Error> {
        do {
            return .success(try await database.write { try self.note(intention, confirm, $0) })
        } catch {
            return .failure(error)
        }
    }

    private func note(
        _ intention: DeploymentIntention, _ confirm: (any SQLConnection) throws -> Void, _ connection: any SQLConnection
    ) throws -> Workflow {
        let key = intention.key
        guard let company = try WorkflowTable.find(key.workflow, connection)?.company else {
            throw PlatformError.notFound
        }
        try audit.lock(company, connection)
        try confirm(connection)
        guard let workflow = try WorkflowTable.find(key.workflow, connection) else { throw PlatformError.notFound }
        var state = try WorkflowEnvironmentTable.find(key, connection)
        if state.status != .active { try quotas.admitDeployment(company, connection) }
        (state.status, state.deployedVersion) = (.active, intention.version)
        let saved = try Self.save(state, workflow, by: intention.user, at: intention.begunAt, connection)
        try DeploymentTable.begin(
            intention.version, of: key, by: intention.user, at: intention.begunAt, connection)
        try intention.promotion?.apply(by: intention.user, at: intention.begunAt, connection)
        try audit.append(intention.event, to: company, now: intention.begunAt, connection)
        try DeploymentIntentionTable.delete(intention, connection)
        return saved
    }

    /// Saves what is wanted of a workflow in an environment.
    ///
    /// - Returns: The workflow as it looks to who asks about the environment.
    static func save(
        _ state: WorkflowEnvironment, _ workflow: Workflow, by user: ID<User>, at now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Workflow {
        var changed = state.key.environment == .production ? state.shown(workflow) : workflow
        (changed.revision, changed.updatedAt, changed.updatedBy) = (workflow.revision + 1, now, user)
        guard try WorkflowTable.update(changed, connection) else {
            throw PlatformError.preconditionFailed(EntityTag.make(workflow.revision))
        }
        try WorkflowEnvironmentTable.save(state, connection)
        return state.shown(changed)
    }

    /// Forgets a deployment that was not carried out. When that fails, the next start of the process does.
    func forget(_ intention: DeploymentIntention) async {
        do {
            try await database.write { try DeploymentIntentionTable.delete(intention, $0) }
        } catch {
            logger.warning(
                "A deployment that was not carried out could not be forgotten",
                metadata: ["workflow.id": "\(intention.key)", "error": "\(error)"])
        }
    }
}
