import WorkflowCore
import WorkflowStore

/// What is wanted of a workflow in an environment.
struct WorkflowEnvironment: Sendable {
    let key: DeploymentKey
    var status: Workflow.Status
    /// The version that is to run; `nil` when none is.
    var deployedVersion: Int?

    /// The workflow as it looks to who asks about this environment.
    func shown(_ workflow: Workflow) -> Workflow {
        var workflow = workflow
        (workflow.status, workflow.deployedVersion) = (status, deployedVersion)
        return workflow
    }
}

/// The rows of workflows in their environments. The row of a workflow has the values of the default one as well, for
/// lists.
enum WorkflowEnvironmentTable {
    private static let columns = "workflow_id, environment, status, deployed_version"
    private static let beginning = SQLStatement(
        """
        INSERT INTO platform_workflow_environments (workflow_id, environment, company_id, status)
            VALUES (?, ?, ?, 'draft') ON CONFLICT (workflow_id, environment) DO NOTHING
        """)
    private static let change = SQLStatement(
        """
        UPDATE platform_workflow_environments SET status = ?, deployed_version = ?
            WHERE workflow_id = ? AND environment = ?
        """)
    private static let deletion = SQLStatement(
        "DELETE FROM platform_workflow_environments WHERE workflow_id = ? AND environment = ?")
    private static let ofWorkflow = SQLStatement(
        "SELECT \(columns) FROM platform_workflow_environments WHERE workflow_id = ?")
    private static let withStatus = SQLStatement(
        """
        SELECT \(columns) FROM platform_workflow_environments
            WHERE status = ? AND (workflow_id, environment) > (?, ?) ORDER BY workflow_id, environment LIMIT ?
        """)
    private static let usage = SQLStatement(
        "SELECT 1 FROM platform_workflow_environments WHERE company_id = ? AND environment = ? LIMIT 1")

    /// Takes note that something of a workflow will be kept in an environment.
    static func begin(_ key: DeploymentKey, of company: ID<Company>, _ connection: any SQLConnection) throws {
        try connection.execute(beginning, [.id(key.workflow), .text(key.environment.text), .id(company)])
    }

    /// All environments that anything of a workflow is, or was, deployed in.
    static func list(
        of workflow: ID<Workflow>, _ connection: any SQLConnection
    ) throws -> [WorkflowEnvironment] {
        try connection.all(ofWorkflow, [.id(workflow)], read)
    }

    /// A workflow in an environment, where it may never have been.
    static func find(_ key: DeploymentKey, _ connection: any SQLConnection) throws -> WorkflowEnvironment {
        let found = try list(of: key.workflow, connection).first { $0.key == key }
        return found ?? WorkflowEnvironment(key: key, status: .draft, deployedVersion: nil)
    }

    static func save(_ environment: WorkflowEnvironment, _ connection: any SQLConnection) throws {
        try connection.execute(
            change,
            [
                .text(environment.status.rawValue),
                environment.deployedVersion.map { .integer(Int64($0)) } ?? .null, .id(environment.key.workflow),
                .text(environment.key.environment.text),
            ])
    }

    static func delete(_ key: DeploymentKey, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(key.workflow), .text(key.environment.text)])
    }

    /// What is to run, in the order of the keys.
    static func active(
        after key: DeploymentKey?, limit: Int, _ connection: any SQLConnection
    ) throws -> [WorkflowEnvironment] {
        try connection.all(
            withStatus,
            [
                .text(Workflow.Status.active.rawValue), .text(key?.workflow.text ?? ""),
                .text(key?.environment.text ?? ""), .integer(Int64(limit)),
            ], read)
    }

    /// Whether anything of a workflow of a company is kept in an environment.
    static func isUsed(
        _ environment: EnvironmentName, by company: ID<Company>, _ connection: any SQLConnection
    ) throws -> Bool {
        try connection.count(usage, [.id(company), .text(environment.text)]) == 1
    }

    private static func read(_ row: RowReader) throws -> WorkflowEnvironment {
        WorkflowEnvironment(
            key: DeploymentKey(row.id(), in: EnvironmentName(stored: row.text())), status: try row.named(),
            deployedVersion: row.optionalInteger().map { Int($0) })
    }
}
