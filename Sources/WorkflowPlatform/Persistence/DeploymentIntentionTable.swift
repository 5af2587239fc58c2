import WorkflowCore
import WorkflowStore

/// The rows of deployments that have begun: one at most of each workflow in an environment.
enum DeploymentIntentionTable {
    private static let content = "id, version, user_id, begun_at, document"
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_deployment_intentions (workflow_id, environment, \(content)) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (workflow_id, environment) DO UPDATE SET id = excluded.id, version = excluded.version,
                user_id = excluded.user_id, begun_at = excluded.begun_at, document = excluded.document
        """)
    private static let deletion = SQLStatement(
        "DELETE FROM platform_deployment_intentions WHERE workflow_id = ? AND environment = ? AND id = ?")
    private static let ofKey = SQLStatement(
        "SELECT \(content) FROM platform_deployment_intentions WHERE workflow_id = ? AND environment = ?")
    private static let page = SQLStatement(
        """
        SELECT workflow_id, environment FROM platform_deployment_intentions
            WHERE (workflow_id, environment) > (?, ?) ORDER BY workflow_id, environment LIMIT ?
        """)

    /// Takes note of one, in place of an earlier one.
    static func save(_ intention: DeploymentIntention, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(intention.key.workflow), .text(intention.key.environment.text), .text(intention.id),
                .integer(Int64(intention.version)), .id(intention.user), .time(intention.begunAt),
                .object(intention.document),
            ])
    }

    /// Forgets one; a later one stays.
    static func delete(_ intention: DeploymentIntention, _ connection: any SQLConnection) throws {
        try connection.execute(
            deletion,
            [.id(intention.key.workflow), .text(intention.key.environment.text), .text(intention.id)])
    }

    static func find(_ key: DeploymentKey, _ connection: any SQLConnection) throws -> DeploymentIntention? {
        try connection.first(ofKey, [.id(key.workflow), .text(key.environment.text)]) { row in
            try DeploymentIntention(
                id: row.text(), key: key, version: Int(row.integer()), user: row.id(), begunAt: row.time(),
                document: row.object())
        }
    }

    /// What there are any of, in the order of the keys.
    static func keys(
        after key: DeploymentKey?, limit: Int, _ connection: any SQLConnection
    ) throws -> [DeploymentKey] {
        try connection.all(
            page, [.text(key?.workflow.text ?? ""), .text(key?.environment.text ?? ""), .integer(Int64(limit))]
        ) { DeploymentKey($0.id(), in: EnvironmentName(stored: $0.text())) }
    }
}
