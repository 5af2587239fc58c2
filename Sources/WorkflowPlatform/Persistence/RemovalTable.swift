import WorkflowStore

/// What was kept of workflows that are in the database no more, and is not removed yet: their files and their state.
enum RemovalTable {
    private static let insertion = SQLStatement(
        "INSERT INTO platform_removals (workflow_id, environment) VALUES (?, ?)")
    private static let deletion = SQLStatement(
        "DELETE FROM platform_removals WHERE workflow_id = ? AND environment = ?")
    private static let page = SQLStatement(
        """
        SELECT workflow_id, environment FROM platform_removals
            WHERE (workflow_id, environment) > (?, ?) ORDER BY workflow_id, environment LIMIT ?
        """)

    /// Takes note, in the transaction that removes the workflows.
    static func insert(_ keys: [DeploymentKey], _ connection: any SQLConnection) throws {
        for key in keys { try connection.execute(insertion, [.id(key.workflow), .text(key.environment.text)]) }
    }

    /// Takes note that nothing is left.
    static func delete(_ key: DeploymentKey, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(key.workflow), .text(key.environment.text)])
    }

    /// What is to be removed, in the order of the keys.
    static func keys(
        after key: DeploymentKey?, limit: Int, _ connection: any SQLConnection
    ) throws -> [DeploymentKey] {
        try connection.all(
            page, [.text(key?.workflow.text ?? ""), .text(key?.environment.text ?? ""), .integer(Int64(limit))]
        ) { DeploymentKey($0.id(), in: EnvironmentName(stored: $0.text())) }
    }
}
