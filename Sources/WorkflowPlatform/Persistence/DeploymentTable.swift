import WorkflowCore
import WorkflowStore

/// The rows of what was deployed. Of each workflow one at most has not ended in an environment: the one that is to run.
enum DeploymentTable {
    private static let columns = "workflow_id, environment, number, version, deployed_by, created_at, ended_at"
    private static let ending = SQLStatement(
        "UPDATE platform_deployments SET ended_at = ? WHERE workflow_id = ? AND environment = ? AND ended_at IS NULL")
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_deployments (workflow_id, environment, number, version, deployed_by, created_at)
            VALUES (?, ?, ?, ?, ?, ?)
        """)
    private static let newest = SQLStatement(
        "SELECT number FROM platform_deployments WHERE workflow_id = ? ORDER BY number DESC LIMIT 1")
    private static let ofWorkflow = SQLStatement(
        """
        SELECT \(columns) FROM platform_deployments WHERE workflow_id = ? AND environment = ? AND number < ?
            ORDER BY number DESC LIMIT ?
        """)
    private static let earlier = SQLStatement(
        """
        SELECT version FROM platform_deployments WHERE workflow_id = ? AND environment = ? AND version <> ?
            ORDER BY number DESC LIMIT 1
        """)

    /// Notes that what was to run is not to run any more.
    static func end(of key: DeploymentKey, at now: Timestamp, _ connection: any SQLConnection) throws {
        try connection.execute(ending, [.time(now)] + arguments(key))
    }

    /// Notes that a version is to run.
    static func begin(
        _ version: Int, of key: DeploymentKey, by user: ID<User>, at now: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        try end(of: key, at: now, connection)
        let number = try connection.count(newest, [.id(key.workflow)]) + 1
        try connection.execute(
            insertion,
            arguments(key) + [.integer(Int64(number)), .integer(Int64(version)), .id(user), .time(now)])
    }

    /// What was deployed, newest first.
    static func list(
        of key: DeploymentKey, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<DeploymentRecord> {
        let end = Int64(page.cursor.key) ?? .max
        let found = try connection.all(
            ofWorkflow, arguments(key) + [.integer(end), .integer(Int64(page.limit + 1))]
        ) { row in
            DeploymentRecord(
                key: DeploymentKey(row.id(), in: EnvironmentName(stored: row.text())), number: Int(row.integer()),
                version: Int(row.integer()), deployedBy: row.id(),
                createdAt: row.time(), endedAt: row.optionalTime())
        }
        return Page(found, limit: page.limit) { String($0.number) }
    }

    /// The version that ran last before another one; `nil` when there is none.
    static func version(
        before version: Int, of key: DeploymentKey, _ connection: any SQLConnection
    ) throws -> Int? {
        try connection.first(earlier, arguments(key) + [.integer(Int64(version))]) { Int($0.integer()) }
    }

    private static func arguments(_ key: DeploymentKey) -> [SQLValue] {
        [.id(key.workflow), .text(key.environment.text)]
    }
}
