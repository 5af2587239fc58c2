import Synchronization
import WorkflowCore
import WorkflowStore

extension ExecutionTable {
    /// How many rows a search for a text looks at for one part of the list.
    private static let searchedRows = 2000
    /// Statements by their text; there are as many as there are sets of filters.
    private static let statements = Mutex<[String: SQLStatement]>([:])

    /// Executions of a workflow that pass a filter, newest first. A part of a search for a text may have fewer than
    /// were wanted, and none, although there are more.
    static func list(
        of workflow: ID<Workflow>, _ filter: ExecutionFilter, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Execution> {
        var conditions = conditions(workflow, filter, page)
        var end: String?
        if let text = filter.text {
            end = try searchEnd(conditions, connection)
            conditions = self.conditions(workflow, filter, page, from: end)
            let pattern = SQLValue.text("%\(escaped(text.lowercased()))%")
            let fields = ["part", "action", "COALESCE(instance_id, '')", "COALESCE(error_message, '')"]
            conditions.append(
                (
                    "(" + fields.map { "LOWER(\($0)) LIKE ? ESCAPE '!'" }.joined(separator: " OR ") + ")",
                    Array(repeating: pattern, count: fields.count)
                ))
        }
        let found = try connection.all(
            query(columns, conditions, "ORDER BY id DESC LIMIT ?"),
            conditions.flatMap(\.values) + [.integer(Int64(page.limit + 1))], read)
        var result = Page(found, limit: page.limit) { $0.id.text }
        if result.next == nil { result.next = end.map { Cursor(key: $0) } }
        return result
    }

    private typealias Condition = (sql: String, values: [SQLValue])

    private static func conditions(
        _ workflow: ID<Workflow>, _ filter: ExecutionFilter, _ page: PageRequest, from end: String? = nil
    ) -> [Condition] {
        // One bound on each side: SQLite would read the index from the first of several, not from the narrowest.
        let first = [filter.since.map { TimedID.start(of: $0) }, end].compactMap(\.self).max()
        let last = filter.until.map { TimedID.start(of: $0.advanced(by: .milliseconds(1))) }
        var conditions: [Condition] = [
            ("workflow_id = ?", [.id(workflow)]),
            ("id < ?", [.text(last.map { min($0, page.cursor.key) } ?? page.cursor.key)]),
        ]
        func add(_ sql: String, _ value: SQLValue?) {
            if let value { conditions.append((sql, [value])) }
        }
        add("environment = ?", filter.environment.map { .text($0) })
        add("kind = ?", filter.kind.map { .text($0) })
        add("status = ?", filter.status.map { .text($0) })
        add("trigger_type = ?", filter.trigger.map { .text($0) })
        add("instance_id = ?", filter.instance.map { .text($0) })
        add("parent_id = ?", filter.parent.map { .text($0) })
        add("id >= ?", first.map { .text($0) })
        add("started_at >= ?", filter.since.map { .time($0) })
        add("started_at < ?", filter.until.map { .time($0) })
        return conditions
    }

    /// The last row that a search looks at; `nil` when it looks at all that are left.
    private static func searchEnd(_ conditions: [Condition], _ connection: any SQLConnection) throws -> String? {
        try connection.first(
            query("id", conditions, "ORDER BY id DESC LIMIT 1 OFFSET ?"),
            conditions.flatMap(\.values) + [.integer(Int64(searchedRows))]
        ) { $0.text() }
    }

    private static func query(_ columns: String, _ conditions: [Condition], _ rest: String) -> SQLStatement {
        let all = conditions.map(\.sql).joined(separator: " AND ")
        let sql = "SELECT \(columns) FROM platform_executions WHERE \(all) \(rest)"
        return statements.withLock { statements in
            if let known = statements[sql] { return known }
            let statement = SQLStatement(sql)
            statements[sql] = statement
            return statement
        }
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "%_!".contains(character) { result.append("!") }
            result.append(character)
        }
    }
}
