import Synchronization
import WorkflowCore
import WorkflowStore

/// Which entries of an audit log are wanted.
struct AuditFilter: Sendable {
    var action: String?
    var resourceType: String?
    var resource: String?
    var user: String?
    var since: Timestamp?
    var until: Timestamp?

    /// The conditions in SQL and their values, in the same order.
    fileprivate var conditions: [(sql: String, value: SQLValue)] {
        var conditions: [(String, SQLValue)] = []
        if let action { conditions.append(("action = ?", .text(action))) }
        if let resourceType { conditions.append(("resource_type = ?", .text(resourceType))) }
        if let resource { conditions.append(("resource_id = ?", .text(resource))) }
        if let user { conditions.append(("user_id = ?", .text(user))) }
        if let since { conditions.append(("created_at >= ?", .time(since))) }
        if let until { conditions.append(("created_at < ?", .time(until))) }
        return conditions
    }
}

/// An entry as it is stored.
struct StoredAuditEntry: Sendable {
    let sequence: Int64
    let document: JSONObject
    let hash: String

    /// Who did it.
    var user: ID<User>? { document["user_id"]?.stringValue.map { ID(stored: $0) } }

    /// The entry as clients see it.
    var json: JSONObject { document.merging(["hash": .string(hash)]) }
}

/// Reads audit logs.
struct AuditQuery: Sendable {
    /// Statements by their text; there are as many as there are sets of filters.
    private static let statements = Mutex<[String: SQLStatement]>([:])

    /// The entries of a company that pass a filter, newest first.
    ///
    /// - Parameter company: The company; `nil` for what belongs to none.
    static func list(
        of company: ID<Company>?, _ filter: AuditFilter, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<StoredAuditEntry> {
        let before = Int64(page.cursor.key) ?? .max
        let conditions = filter.conditions
        let sql =
            "SELECT sequence, entry, hash FROM platform_audit WHERE company_id = ? AND sequence < ?"
            + conditions.map { " AND \($0.sql)" }.joined() + " ORDER BY sequence DESC LIMIT ?"
        let arguments: [SQLValue] =
            [.text(company?.text ?? AuditLog.platform), .integer(before)] + conditions.map(\.value)
            + [.integer(Int64(page.limit + 1))]
        let found = try connection.all(statement(sql), arguments, read)
        return Page(found, limit: page.limit) { String($0.sequence) }
    }

    private static let ascending = SQLStatement(
        """
        SELECT sequence, entry, hash FROM platform_audit WHERE company_id = ? AND sequence > ?
            ORDER BY sequence LIMIT ?
        """)

    /// The entries of a company behind a number, oldest first.
    static func entries(
        of company: ID<Company>?, after sequence: Int64, limit: Int, _ connection: any SQLConnection
    ) throws -> [StoredAuditEntry] {
        try connection.all(
            ascending,
            [.text(company?.text ?? AuditLog.platform), .integer(sequence), .integer(Int64(limit))], read)
    }

    private static func read(_ row: RowReader) throws -> StoredAuditEntry {
        StoredAuditEntry(sequence: row.integer(), document: try row.object(), hash: row.text())
    }

    private static func statement(_ sql: String) -> SQLStatement {
        statements.withLock { statements in
            if let known = statements[sql] { return known }
            let statement = SQLStatement(sql)
            statements[sql] = statement
            return statement
        }
    }
}
