import WorkflowCore
import WorkflowStore

/// How many lines workflows have in their logs, kept up to date with them.
enum LogCountTable {
    /// The columns with counts, in the order of the levels.
    static let columns = LogLevel.allCases.map(\.name)

    private static let addition = SQLStatement(
        """
        INSERT INTO platform_log_counts (workflow_id, company_id, organization_id, project_id, \
        \(columns.joined(separator: ", ")), removed_through)
            SELECT id, company_id, organization_id, project_id, \
        \(columns.map { _ in "CAST(? AS BIGINT)" }.joined(separator: ", ")), 0 FROM platform_workflows WHERE id = ?
            ON CONFLICT (workflow_id) DO UPDATE SET \
        \(columns.map { "\($0) = platform_log_counts.\($0) + excluded.\($0)" }.joined(separator: ", "))
            RETURNING \(columns.joined(separator: " + "))
        """)
    private static let subtraction = SQLStatement(
        """
        UPDATE platform_log_counts SET \(columns.map { "\($0) = \($0) - ?" }.joined(separator: ", ")), \
        removed_through = ? WHERE workflow_id = ?
        """)
    private static let locking = SQLStatement(
        "UPDATE platform_log_counts SET removed_through = removed_through WHERE workflow_id = ?")
    private static let selection = SQLStatement(
        """
        SELECT removed_through, \(columns.joined(separator: ", ")) FROM platform_log_counts WHERE workflow_id = ?
        """)

    /// Counts new lines.
    ///
    /// - Returns: How many there are altogether; `nil` when there is no such workflow.
    static func add(
        _ counts: LogCounts, to workflow: ID<Workflow>, _ connection: any SQLConnection
    ) throws -> Int64? {
        try connection.first(addition, counts.counts.map { .integer($0) } + [.id(workflow)]) { $0.integer() }
    }

    /// Has others who change the counts of a workflow wait for the end of the transaction.
    static func lock(_ workflow: ID<Workflow>, _ connection: any SQLConnection) throws {
        try connection.execute(locking, [.id(workflow)])
    }

    /// Counts lines no more that were removed.
    ///
    /// - Parameter id: The last of them.
    static func subtract(
        _ counts: LogCounts, removedThrough id: Int64, from workflow: ID<Workflow>, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            subtraction, counts.counts.map { .integer($0) } + [.integer(id), .id(workflow)])
    }

    /// The counts of a workflow, and the last line of it that was removed; `nil` when it has had no lines.
    static func find(
        _ workflow: ID<Workflow>, _ connection: any SQLConnection
    ) throws -> (counts: LogCounts, removedThrough: Int64)? {
        try connection.first(selection, [.id(workflow)]) { row in
            let removed = row.integer()
            return (read(row), removed)
        }
    }

    /// Reads the columns with counts.
    static func read(_ row: RowReader) -> LogCounts { LogCounts(counts: columns.map { _ in row.integer() }) }
}
