import HTTPTypes
import Synchronization
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
    /// The role that it needs on the workflow.
    var role = Role.admin
    var details: JSONObject = [:]
    /// Says which version; the errors that it throws are the answer.
    let choose: @Sendable (Situation, any SQLConnection) throws -> Int
    /// What it does to a promotion.
    var promotion: @Sendable (_ version: Int, any SQLConnection) throws -> PromotionChange? = { _, _ in nil }

    /// Runs when all other operations on the workflow in the environment are done.
    ///
    /// - Returns: The workflow as it looks to who asks about the environment.
    /// - Throws: ``HTTPError``; what ran before goes on then.
    func run() async throws -> Workflow {
        let deployments = call.services.workflows
        return try await deployments.exclusively(key) {
            let (deployment, intention) = try await call.services.database.write { try prepare($0) }
            let noted = Mutex<Result<Workflow, any Error>?>(nil)
            do {
                _ = try await deployments.engines.deploy(deployment, options: intention.options) {
                    let result = await deployments.note(intention) { try confirm($0) }
                    noted.withLock { $0 = result }
                    _ = try result.get()
                }
            } catch {
                await deployments.forget(intention)
                if case .failure(let error) = noted.withLock({ $0 }) { throw error }
                throw ConfigurationCheck.answer(to: error, in: key.environment)
            }
            guard let workflow = try noted.withLock({ $0 })?.get() else {
                throw PlatformError.defect("a deployment was not noted")
            }
            return workflow
        }
    }

    /// What is to run; the intention is in the database.
    private func prepare(_ connection: any SQLConnection) throws -> (Deployment, DeploymentIntention) {
        let deployments = call.services.workflows
        try call.services.audit.lock(try call.path.company, connection)
        let situation = try situation(connection)
        let (workflow, state) = (situation.workflow, situation.state)
        try call.checkRevision(workflow.revision)
        // Again when it is noted: this one spares a start in vain.
        if state.status != .active { try call.services.quotas.admitDeployment(workflow.company, connection) }
        let version = try VersionRoutes.find(try choose(situation, connection), call, connection)
        let deployment = try deployments.deployment(version, of: workflow, in: key.environment, connection)
        // Before anything is kept there, so that it is found when the workflow is removed.
        try WorkflowEnvironmentTable.begin(key, of: workflow.company, connection)
        let intention = try intention(version.number, state, connection)
        try DeploymentIntentionTable.save(intention, connection)
        return (deployment, intention)
    }

    private func situation(_ connection: any SQLConnection) throws -> Situation {
        let workflow = try WorkflowRoutes.find(call, connection)
        let environments = try CompanyEnvironmentTable.find(workflow.company, connection)
        guard let environment = environments[key.environment] else {
            throw PlatformError.conflict("no-such-environment", "There is no environment \(key.environment) any more.")
        }
        return Situation(
            workflow: workflow, environment: environment, state: try WorkflowEnvironmentTable.find(key, connection))
    }

    /// Decides again, now that it runs: roles, approvals and environments may have changed while it started.
    private func confirm(_ connection: any SQLConnection) throws {
        try call.authorize(Action(role, in: .workflows), on: try call.path, connection)
        _ = try choose(try situation(connection), connection)
    }

    private func intention(
        _ version: Int, _ state: WorkflowEnvironment, _ connection: any SQLConnection
    ) throws -> DeploymentIntention {
        let options = try StrandedOptions.read(call)
        let details: JSONObject = [
            "version": .integer(Int64(version)),
            "previous_version": state.deployedVersion.map { .integer(Int64($0)) } ?? .null,
            "environment": .string(key.environment.text),
        ]
        return DeploymentIntention(
            id: call.services.identifiers.next(), key: key, version: version, options: options,
            user: try call.caller.user, begunAt: call.now,
            event: call.event(
                action, "workflow", key.workflow.text,
                details.merging(StrandedOptions.json(options)).merging(self.details)),
            promotion: try promotion(version, connection))
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
