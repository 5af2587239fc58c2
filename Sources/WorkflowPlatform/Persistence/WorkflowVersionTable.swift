import WorkflowCore
import WorkflowStore

/// The rows of the versions of workflows, which are added and never changed.
enum WorkflowVersionTable {
    private static let columns = "workflow_id, version, config_yaml, created_by, created_at"
    private static let insertion = SQLStatement(
        "INSERT INTO platform_workflow_versions (\(columns)) VALUES (?, ?, ?, ?, ?)")
    private static let one = SQLStatement(
        "SELECT \(columns) FROM platform_workflow_versions WHERE workflow_id = ? AND version = ?")
    private static let ofWorkflow = SQLStatement(
        """
        SELECT workflow_id, version, '', created_by, created_at FROM platform_workflow_versions
            WHERE workflow_id = ? AND version < ? ORDER BY version DESC LIMIT ?
        """)

    /// Adds a version.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when somebody else has added it.
    static func insert(_ version: WorkflowVersion, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(version.workflow), .integer(Int64(version.number)), .text(version.configuration),
                .id(version.createdBy), .time(version.createdAt),
            ])
    }

    static func find(
        _ number: Int, of workflow: ID<Workflow>, _ connection: any SQLConnection
    ) throws -> WorkflowVersion? {
        try connection.first(one, [.id(workflow), .integer(Int64(number))], read)
    }

    /// The versions of a workflow without their configurations, newest first.
    ///
    /// - Parameter latest: The newest of them; since none is ever removed, it is their number as well.
    static func list(
        of workflow: ID<Workflow>, latest: Int, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<WorkflowVersion> {
        let end = Int64(page.cursor.key) ?? .max
        let found = try connection.all(
            ofWorkflow, [.id(workflow), .integer(end), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit, total: latest) { String($0.number) }
    }

    private static func read(_ row: RowReader) -> WorkflowVersion {
        WorkflowVersion(
            workflow: row.id(), number: Int(row.integer()), configuration: row.text(), createdBy: row.id(),
            createdAt: row.time())
    }
}
