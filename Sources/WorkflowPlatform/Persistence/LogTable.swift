import Synchronization
import WorkflowCore
import WorkflowStore

/// The lines of workflows' logs.
enum LogTable {
    private static let columns =
        "id, workflow_id, environment, execution_id, level, module_name, message, trace_id, fields, created_at"
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_logs
            (workflow_id, environment, execution_id, level, module_name, message, trace_id, fields, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let edge = SQLStatement(
        """
        SELECT id FROM platform_logs WHERE workflow_id = ? AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ?
        """)
    private static let edgeInEnvironment = SQLStatement(
        """
        SELECT id FROM platform_logs WHERE workflow_id = ? AND environment = ? AND id < ?
            ORDER BY id DESC LIMIT 1 OFFSET ?
        """)
    private static let newestID = SQLStatement(
        "SELECT id FROM platform_logs WHERE workflow_id = ? ORDER BY id DESC LIMIT 1")
    /// Statements by their text; there are as many as there are sets of filters.
    private static let statements = Mutex<[String: SQLStatement]>([:])

    /// How many lines one page looks through at most, so that it is quick however few are wanted.
    static let window = 20_000

    /// Adds lines, unless the workflow has been removed.
    ///
    /// - Parameter limit: How many lines are kept of a workflow, a few more at times.
    static func append(
        _ batch: LogQueue.Batch, limit: Int, now: Timestamp, _ connection: any SQLConnection
    ) throws {
        var lines = batch.lines
        if batch.lost > 0 { lines.append(LogLine(lost: batch.lost, of: batch.key, time: now)) }
        var counts = LogCounts()
        for line in lines { counts[line.level] += 1 }
        guard let total = try LogCountTable.add(counts, to: batch.key.workflow, connection) else { return }
        let steps = lines.map { line in
            SQLStep(
                insertion,
                [
                    .id(line.key.workflow), .text(line.key.environment.text), optional(line.execution),
                    .integer(Int64(line.level.rawValue)),
                    .text(line.module), .text(line.message), optional(line.trace), .object(line.fields),
                    .time(line.time),
                ])
        }
        try connection.run(steps) { _, _ in }
        // Those that log a lot do not fill the disk until the next cleaning.
        guard total > limit + removalBatch else { return }
        _ = try removeOldest(
            of: batch.key.workflow, keeping: limit, before: Timestamp(nanoseconds: 0), atMost: 2 * removalBatch,
            connection)
    }

    private static func optional(_ text: String) -> SQLValue { text.isEmpty ? .null : .text(text) }

    /// The lines that pass a filter, newest first. A page may have fewer than wanted although there are more.
    static func list(
        of workflow: ID<Workflow>, _ filter: LogFilter, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<StoredLog> {
        let before = Int64(page.cursor.key) ?? .max
        // Those of one execution have an index of their own.
        let edge = filter.execution == nil ? try edge(of: workflow, filter.environment, before, connection) : nil
        let found = try connection.all(
            statement(filter, "id >= ? AND id < ?", "DESC"),
            [.id(workflow), .integer(edge ?? 0), .integer(before)] + filter.values
                + [.integer(Int64(page.limit + 1))], read)
        var result = Page(found, limit: page.limit) { String($0.id) }
        if result.next == nil, let edge { result.next = Cursor(key: String(edge)) }
        return result
    }

    /// The last line that a page looks at; `nil` when it looks at all that are left.
    private static func edge(
        of workflow: ID<Workflow>, _ environment: String?, _ before: Int64, _ connection: any SQLConnection
    ) throws -> Int64? {
        let rest: [SQLValue] = [.integer(before), .integer(Int64(window - 1))]
        guard let environment else { return try connection.first(edge, [.id(workflow)] + rest) { $0.integer() } }
        return try connection.first(edgeInEnvironment, [.id(workflow), .text(environment)] + rest) { $0.integer() }
    }

    /// The lines behind one that pass a filter, oldest first.
    ///
    /// - Parameter last: The last line to look at.
    static func lines(
        of workflow: ID<Workflow>, _ filter: LogFilter, after id: Int64, through last: Int64, limit: Int,
        _ connection: any SQLConnection
    ) throws -> [StoredLog] {
        try connection.all(
            statement(filter, "id > ? AND id <= ?", "ASC"),
            [.id(workflow), .integer(id), .integer(last)] + filter.values + [.integer(Int64(limit))], read)
    }

    /// The newest line of a workflow; 0 while there is none.
    static func newest(of workflow: ID<Workflow>, _ connection: any SQLConnection) throws -> Int64 {
        try connection.first(newestID, [.id(workflow)]) { $0.integer() } ?? 0
    }

    private static func statement(_ filter: LogFilter, _ range: String, _ direction: String) -> SQLStatement {
        let sql =
            "SELECT \(columns) FROM platform_logs WHERE workflow_id = ? AND \(range)\(filter.sql)"
            + " ORDER BY id \(direction) LIMIT ?"
        return statements.withLock { statements in
            if let known = statements[sql] { return known }
            let statement = SQLStatement(sql)
            statements[sql] = statement
            return statement
        }
    }

    private static func read(_ row: RowReader) throws -> StoredLog {
        StoredLog(
            id: row.integer(), workflow: row.id(), environment: EnvironmentName(stored: row.text()),
            execution: row.optionalText(), level: try row.logLevel(), module: row.text(), message: row.text(),
            trace: row.optionalText(), fields: try row.object(),
            createdAt: row.time())
    }
}

extension RowReader {
    /// A level that stands in the table by its number.
    func logLevel() throws -> LogLevel {
        let number = integer()
        guard let level = LogLevel(rawValue: Int(number)) else {
            throw SQLError(.corrupted, "the database holds \(number) where the level of a log line belongs")
        }
        return level
    }
}
