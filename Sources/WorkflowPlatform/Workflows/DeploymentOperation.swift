import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Has a version of a workflow run in an environment, and takes note of it.
struct DeploymentOperation: Sendable {
    /// What is known when the version is chosen.
    struct Situation: Sendable {
        let workflow: Workflow
        let environment: CompanyEnvironment
        /// What is wanted of the workflow there.
        let state: WorkflowEnvironment
    }

    let call: APICall
    let key: DeploymentKey
    /// What goes on record.
    let action: String
    var details: JSONObject = [:]
    /// Says which version; the errors that it throws are the answer.
    let choose: @Sendable (Situation, any SQLConnection) throws -> Int
    /// What belongs into the transaction that takes note of it.
    var alongside: @Sendable (_ version: Int, any SQLConnection) throws -> Void = { _, _ in }

    /// Runs when all other operations on the workflow in the environment are done.
    ///
    /// - Returns: The workflow as it looks to who asks about the environment.
    /// - Throws: ``HTTPError``; what ran before goes on then.
    func run() async throws -> Workflow {
        let deployments = call.services.workflows
        return try await deployments.exclusively(key) {
            let (next, before) = try await call.services.database.write { try prepare($0) }
            _ = try await ConfigurationCheck.translating(in: key.environment) {
                try await deployments.engines.deploy(next)
            }
            do {
                return try await call.services.database.write { try note(next.version, $0) }
            } catch {
                await deployments.takeBack(key, to: before)
                throw error
            }
        }
    }

    /// What is to run, and what runs.
    private func prepare(_ connection: any SQLConnection) throws -> (Deployment, Deployment?) {
        let deployments = call.services.workflows
        let workflow = try WorkflowRoutes.find(call, connection)
        try call.checkRevision(workflow.revision)
        let environments = try CompanyEnvironmentTable.find(workflow.company, connection)
        guard let environment = environments[key.environment] else {
            throw PlatformError.conflict("no-such-environment", "There is no environment \(key.environment) any more.")
        }
        let state = try WorkflowEnvironmentTable.find(key, connection)
        // Again when it is noted: this one spares a start in vain.
        if state.status != .active { try call.services.quotas.admitDeployment(workflow.company, connection) }
        let situation = Situation(workflow: workflow, environment: environment, state: state)
        let version = try VersionRoutes.find(try choose(situation, connection), call, connection)
        let next = try deployments.deployment(version, of: workflow, in: key.environment, connection)
        // Before anything is kept there, so that it is found when the workflow is removed.
        try WorkflowEnvironmentTable.begin(key, of: workflow.company, connection)
        guard let current = state.deployedVersion else { return (next, nil) }
        let running = try VersionRoutes.find(current, call, connection)
        return (next, try deployments.deployment(running, of: workflow, in: key.environment, connection))
    }

    private func note(_ version: Int, _ connection: any SQLConnection) throws -> Workflow {
        let user = try call.caller.user
        try call.services.audit.lock(try call.path.company, connection)
        let workflow = try WorkflowRoutes.find(call, connection)
        let before = try WorkflowEnvironmentTable.find(key, connection)
        if before.status != .active { try call.services.quotas.admitDeployment(workflow.company, connection) }
        var state = before
        (state.status, state.deployedVersion) = (.active, version)
        let saved = try Self.save(state, workflow, call, connection)
        try DeploymentTable.begin(version, of: key, by: user, at: call.now, connection)
        try alongside(version, connection)
        let details: JSONObject = [
            "version": .integer(Int64(version)),
            "previous_version": before.deployedVersion.map { .integer(Int64($0)) } ?? .null,
        ]
        try Self.record(action, details.merging(self.details), key, call, connection)
        return saved
    }

    /// Saves what is wanted of a workflow in an environment.
    ///
    /// - Returns: The workflow as it looks to who asks about the environment.
    static func save(
        _ state: WorkflowEnvironment, _ workflow: Workflow, _ call: APICall, _ connection: any SQLConnection
    ) throws -> Workflow {
        var changed = state.key.environment == .production ? state.shown(workflow) : workflow
        (changed.revision, changed.updatedAt, changed.updatedBy) = (
            workflow.revision + 1, call.now, try call.caller.user
        )
        guard try WorkflowTable.update(changed, connection) else {
            throw PlatformError.preconditionFailed(EntityTag.make(workflow.revision))
        }
        try WorkflowEnvironmentTable.save(state, connection)
        return state.shown(changed)
    }

    /// Puts something on record that happened to a workflow in an environment.
    static func record(
        _ action: String, _ details: JSONObject, _ key: DeploymentKey, _ call: APICall, _ connection: any SQLConnection
    ) throws {
        let environment: JSONObject = ["environment": .string(key.environment.text)]
        let event = call.event(action, "workflow", key.workflow.text, details.merging(environment))
        try call.services.audit.append(event, to: try call.path.company, now: call.now, connection)
    }
}
