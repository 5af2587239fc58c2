import WorkflowCore
import WorkflowStore

extension ExecutionTable {
    private static let latest = SQLStatement(
        "SELECT \(columns) FROM platform_executions WHERE workflow_id = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?"
    )
    /// How many rows one page looks at, so that it is quick however few are wanted.
    private static let window = 1000

    /// The executions of a workflow in the order of their last changes, newest first. A page may have fewer than wanted
    /// although there are more.
    static func changes(
        of workflow: ID<Workflow>, _ filter: ExecutionChangeFilter, _ page: PageRequest,
        _ connection: any SQLConnection
    ) throws -> Page<Execution> {
        let before = Int64(page.cursor.key) ?? .max
        var (found, last, seen) = ([Execution](), Int64.max, 0)
        let limit = filter.isEmpty ? page.limit + 1 : window
        try connection.query(latest, [.id(workflow), .integer(before), .integer(Int64(limit))]) { row in
            let execution = try read(RowReader(row))
            (seen, last) = (seen + 1, execution.sequence)
            if found.count <= page.limit, filter.lets(execution) { found.append(execution) }
        }
        var result = Page(found, limit: page.limit) { String($0.sequence) }
        if result.next == nil, seen == limit { result.next = Cursor(key: String(last)) }
        return result
    }
}
