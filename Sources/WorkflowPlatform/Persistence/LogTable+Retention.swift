import WorkflowCore
import WorkflowStore

extension LogTable {
    /// How many lines are removed at a time.
    static let removalBatch = 1000

    private static let nextWorkflow = SQLStatement(
        "SELECT workflow_id FROM platform_logs WHERE workflow_id > ? ORDER BY workflow_id LIMIT 1")
    private static let oldest = SQLStatement(
        "SELECT id, level, created_at FROM platform_logs WHERE workflow_id = ? ORDER BY id LIMIT ?")
    private static let removal = SQLStatement("DELETE FROM platform_logs WHERE workflow_id = ? AND id <= ?")

    /// Removes what is too old or too much, a little at a time so that others come in between.
    ///
    /// - Parameters:
    ///   - time: From when on lines are kept.
    ///   - limit: How many lines of a workflow are kept.
    static func clean(_ database: any SQLDatabase, before time: Timestamp, keeping limit: Int) async throws {
        var last = ""
        while true {
            let after = last
            let next = try await database.read { connection in
                try connection.first(nextWorkflow, [.text(after)]) { $0.text() }
            }
            guard let next, !Task.isCancelled else { return }
            last = next
            let workflow = ID<Workflow>(stored: next)
            while try await database.write({ connection in
                try removeOldest(of: workflow, keeping: limit, before: time, atMost: removalBatch, connection)
            }) == removalBatch {}
        }
    }

    /// Removes the oldest lines of a workflow: those from before a time, those beyond a number, and all when the
    /// workflow was removed.
    ///
    /// - Returns: How many.
    static func removeOldest(
        of workflow: ID<Workflow>, keeping limit: Int, before time: Timestamp, atMost count: Int,
        _ connection: any SQLConnection
    ) throws -> Int {
        // The cleaning and the writing of new lines must not remove, and count, the same ones.
        try LogCountTable.lock(workflow, connection)
        let excess = try LogCountTable.find(workflow, connection).map { Int($0.counts.total) - limit } ?? .max
        let found = try connection.all(oldest, [.id(workflow), .integer(Int64(count))]) { row in
            (id: row.integer(), level: try row.logLevel(), time: row.time())
        }
        let removed = found.enumerated().prefix { $0.offset < excess || $0.element.time < time }.map(\.element)
        guard let last = removed.last else { return 0 }
        var counts = LogCounts()
        for line in removed { counts[line.level] += 1 }
        try connection.execute(removal, [.id(workflow), .integer(last.id)])
        try LogCountTable.subtract(counts, removedThrough: last.id, from: workflow, connection)
        return removed.count
    }
}
