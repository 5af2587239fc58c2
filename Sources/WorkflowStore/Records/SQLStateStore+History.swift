public import WorkflowCore

extension SQLStateStore {
    /// Goes through the history in the order in which it was written, which is nearly that of time, so that no index on
    /// the time is needed: a page of rows is one range of the primary key.
    public func removeHistory(
        of workflowType: String, completedBefore time: Timestamp, after: Int64, limit: Int
    ) async throws -> HistoryRemoval {
        guard limit > 0 else { return HistoryRemoval() }
        let statements = statements
        return try await translated {
            try await database.write { connection in
                var page: (count: Int64, last: Int64, oldest: Int64)?
                try connection.query(statements.historyPage, [.integer(after), .integer(Int64(limit))]) { row in
                    if row.integer(0) > 0 { page = (row.integer(0), row.integer(1), row.integer(2)) }
                }
                guard let page, page.oldest < time.nanoseconds else { return HistoryRemoval() }
                let removed = try connection.execute(
                    statements.removeHistory,
                    [.integer(after), .integer(page.last), .time(time), .text(workflowType), .time(time)])
                return HistoryRemoval(removed: removed, next: page.count < limit ? nil : page.last)
            }
        }
    }
}
