import HTTPTypes
import WorkflowCore
import WorkflowStore

/// The environment that a request for a workflow is about.
enum EnvironmentParameter {
    static let schema = Schema.text(1...EnvironmentName.longest, .slug)
    static let query = QueryParameter("environment", schema, "The environment; `prod` when it is left out.")
    /// For lists; also of environments that the company has no more, of which things are still on record.
    static let filter = QueryParameter(
        "environment", schema, "Only what happened in this environment; in all of them when it is left out.")

    /// The environment of the company that a request names.
    ///
    /// - Throws: ``HTTPError`` 400 when the company has none with this name.
    static func environment(_ call: APICall, _ connection: any SQLConnection) throws -> CompanyEnvironment {
        let environments = try CompanyEnvironmentTable.find(try call.path.company, connection)
        return try environments.require(
            call.query[query.name] ?? EnvironmentName.production.text, at: query.name)
    }

    /// The workflow in the environment that a request names.
    static func key(_ call: APICall, _ connection: any SQLConnection) throws -> DeploymentKey {
        DeploymentKey(try WorkflowRoutes.id(call), in: try environment(call, connection).name)
    }

    /// The same, when nothing else is needed from the database.
    static func key(_ call: APICall) async throws -> DeploymentKey {
        try await call.services.database.read { try key(call, $0) }
    }
}
