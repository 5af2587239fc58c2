import WorkflowCore
import WorkflowStore

extension ExecutionTable {
    private static let ended = SQLStatement(
        """
        DELETE FROM platform_executions WHERE id IN (
            SELECT id FROM platform_executions WHERE completed_at < ? ORDER BY completed_at LIMIT ?)
            RETURNING workflow_id, status
        """)
    private static let totals = SQLStatement(
        """
        SELECT workflow_id, SUM(count) FROM platform_execution_counts WHERE workflow_id > ?
            GROUP BY workflow_id ORDER BY workflow_id LIMIT ?
        """)
    private static let lastKept = SQLStatement(
        "SELECT id FROM platform_executions WHERE workflow_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?")
    private static let surplus = SQLStatement(
        """
        DELETE FROM platform_executions WHERE id IN (
            SELECT id FROM platform_executions
                WHERE workflow_id = ? AND id <= ? AND completed_at IS NOT NULL ORDER BY id LIMIT ?)
            RETURNING workflow_id, status
        """)
    private static let interruptedCalls = SQLStatement(
        """
        SELECT id, workflow_id FROM platform_executions
            WHERE status = 'running' AND kind = 'call' AND started_at < ? ORDER BY id LIMIT ?
        """)
    private static let openInstances = SQLStatement(
        """
        SELECT \(columns) FROM platform_executions
            WHERE status = 'running' AND kind = 'instance' AND id > ? ORDER BY id LIMIT ?
        """)
    private static let interruption = SQLStatement(
        """
        UPDATE platform_executions SET status = 'failed', error_message = ?, completed_at = ?, sequence = ?
            WHERE id = ?
        """)
    private static let interruptedSteps = SQLStatement(
        """
        UPDATE platform_execution_steps SET status = 'failed', error_message = ?, completed_at = ?
            WHERE status = 'running' AND execution_id > ? AND started_at < ?
        """)
    private static let countsOfWorkflow = SQLStatement(
        "SELECT status, count FROM platform_execution_counts WHERE workflow_id = ?")

    /// How many executions of workflows there are of each status.
    static func counts(
        of workflows: [ID<Workflow>], _ connection: any SQLConnection
    ) throws -> [ID<Workflow>: [Execution.Status: Int]] {
        var counts: [ID<Workflow>: [Execution.Status: Int]] = [:]
        for workflow in workflows {
            let found = try connection.all(countsOfWorkflow, [.id(workflow)]) { row in
                (try row.named(Execution.Status.self), Int(row.integer()))
            }
            counts[workflow] = Dictionary(found, uniquingKeysWith: +)
        }
        return counts
    }

    // MARK: - Retention

    /// Removes executions that ended before a time.
    ///
    /// - Returns: How many there were; fewer than the limit when there are no more.
    static func forget(endedBefore time: Timestamp, limit: Int, _ connection: any SQLConnection) throws -> Int {
        try remove(ended, [.time(time), .integer(Int64(limit))], connection)
    }

    /// The workflows behind an identifier, and how many executions each has.
    static func totals(
        after workflow: String, limit: Int, _ connection: any SQLConnection
    ) throws -> [(workflow: ID<Workflow>, count: Int)] {
        try connection.all(totals, [.text(workflow), .integer(Int64(limit))]) { ($0.id(), Int($0.integer())) }
    }

    /// Removes executions of a workflow that have ended and are older than its last ones.
    ///
    /// - Returns: How many there were; fewer than the limit when there are no more.
    static func forget(
        of workflow: ID<Workflow>, beyond kept: Int, limit: Int, _ connection: any SQLConnection
    ) throws -> Int {
        let last = try connection.first(lastKept, [.id(workflow), .integer(Int64(kept))]) { $0.text() }
        guard let last else { return 0 }
        return try remove(surplus, [.id(workflow), .text(last), .integer(Int64(limit))], connection)
    }

    private static func remove(
        _ statement: SQLStatement, _ arguments: [SQLValue], _ connection: any SQLConnection
    ) throws -> Int {
        var counts = ExecutionCounts()
        let removed = try connection.all(statement, arguments) { row -> (ID<Workflow>, Execution.Status) in
            (row.id(), try row.named())
        }
        for (workflow, status) in removed { counts.move(from: status, to: nil, of: workflow) }
        try counts.write(connection)
        return removed.count
    }

    // MARK: - Restart of the process

    /// Marks calls as failed that an earlier process has left.
    ///
    /// - Returns: How many there were; fewer than the limit when there are no more.
    static func interrupt(
        begunBefore start: Timestamp, limit: Int, now: Timestamp, _ connection: any SQLConnection
    ) throws -> Int {
        let left = try connection.all(interruptedCalls, [.time(start), .integer(Int64(limit))]) { row in
            (row.id() as ID<Execution>, row.id() as ID<Workflow>)
        }
        guard !left.isEmpty else { return 0 }
        var (counts, sequence) = (ExecutionCounts(), try takeSequence(left.count, connection))
        for (id, workflow) in left {
            sequence += 1
            let reason = SQLValue.text("interrupted: the process ended while it ran")
            try connection.execute(interruption, [reason, .time(now), .integer(sequence), .id(id)])
            counts.move(from: .running, to: .failed, of: workflow)
        }
        try counts.write(connection)
        return left.count
    }

    /// The lives of instances that go on, in the order of their identifiers.
    static func openInstances(
        after id: String, limit: Int, _ connection: any SQLConnection
    ) throws -> [Execution] {
        try connection.all(openInstances, [.text(id), .integer(Int64(limit))], read)
    }

    /// Marks steps as failed that an earlier process has left; those of instances are run again.
    static func interruptSteps(
        begunBefore start: Timestamp, now: Timestamp, _ connection: any SQLConnection
    ) throws {
        let reason = SQLValue.text("interrupted: the process ended while it ran")
        try connection.execute(interruptedSteps, [reason, .time(now), .text(""), .time(start)])
    }
}
