import Synchronization
import WorkflowCore
import WorkflowStore

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

/// An entry that has not been parsed.
private struct StoredRow {
    let sequence: Int64
    let text: String
    let hash: String

    init(_ row: RowReader) {
        (sequence, text, hash) = (row.integer(), row.text(), row.text())
    }

    func entry() throws -> StoredAuditEntry {
        guard let document = try JSONValue(parsing: text).objectValue else {
            throw SQLError(.corrupted, "the entry \(sequence) of the audit log is no object")
        }
        return StoredAuditEntry(sequence: sequence, document: document, hash: hash)
    }
}

/// Reads audit logs.
struct AuditQuery: Sendable {
    /// Statements by their text; there are as many as there are sets of filters.
    private static let statements = Mutex<[String: SQLStatement]>([:])

    private static let firstSince = SQLStatement(
        """
        SELECT sequence FROM platform_audit WHERE company_id = ? AND created_at >= ?
            ORDER BY created_at, sequence LIMIT 1
        """)
    private static let lastBefore = SQLStatement(
        """
        SELECT sequence FROM platform_audit WHERE company_id = ? AND created_at < ?
            ORDER BY created_at DESC, sequence DESC LIMIT 1
        """)
    /// How many entries with the first of several values are looked at for the others, for one part of a list.
    private static let window = 2_000

    /// The entries of a company that pass a filter, newest first.
    ///
    /// A part of the list may hold fewer entries than wanted although there are more: several values together can leave
    /// almost none, and no request looks through the whole log.
    ///
    /// - Parameter company: The company; `nil` for what belongs to none.
    static func list(
        of company: ID<Company>?, _ filter: AuditFilter, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<StoredAuditEntry> {
        let chain = SQLValue.text(company?.text ?? AuditLog.platform)
        let range = try range(of: chain, filter, page, connection)
        guard !range.isEmpty else { return Page([], limit: page.limit) { String($0.sequence) } }
        let (lead, others) = (filter.conditions.first, filter.conditions.dropFirst())
        let arguments = [chain] + (lead.map { [$0.value] } ?? []) + [.integer(range.upperBound)]
        let start = """
            FROM platform_audit WHERE company_id = ?\(lead.map { " AND \($0.column) = ?" } ?? "") AND sequence < ?
                ORDER BY sequence DESC LIMIT
            """
        guard !others.isEmpty else {
            let statement = statement("SELECT sequence, entry, hash \(start) ?")
            let found = try connection.all(statement, arguments + [.integer(Int64(page.limit + 1))], StoredRow.init)
            return try part(found, range, page, rest: nil)
        }
        let condition = others.map { "\($0.column) = ?" }.joined(separator: " AND ")
        let rows = statement(
            """
            SELECT sequence, entry, hash FROM (SELECT sequence, entry, hash, user_id, action, resource_type
                \(start) \(window)) AS newest WHERE \(condition)
            """)
        let found = try connection.all(rows, arguments + others.map(\.value), StoredRow.init)
        let last = statement("SELECT sequence \(start) 1 OFFSET \(window - 1)")
        let rest = try connection.first(last, arguments) { $0.integer() }
        return try part(found.sorted { $0.sequence > $1.sequence }, range, page, rest: rest)
    }

    /// Makes a page of rows, which may lie before the range.
    ///
    /// - Parameter rest: The number of the last entry that was looked at when there are more.
    private static func part(
        _ rows: [StoredRow], _ range: Range<Int64>, _ page: PageRequest, rest: Int64?
    ) throws -> Page<StoredAuditEntry> {
        let found = try rows.prefix { $0.sequence >= range.lowerBound }.prefix(page.limit + 1).map { try $0.entry() }
        var part = Page(found, limit: page.limit) { String($0.sequence) }
        if part.next == nil, let rest, rest > range.lowerBound { part.next = Cursor(key: String(rest)) }
        return part
    }

    /// The numbers of the entries from the times that a filter names, before the cursor.
    private static func range(
        of chain: SQLValue, _ filter: AuditFilter, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Range<Int64> {
        var (lower, upper) = (Int64(1), max(1, Int64(page.cursor.key) ?? .max))
        if let since = filter.since {
            lower = try connection.first(firstSince, [chain, .time(since)]) { $0.integer() } ?? .max
        }
        if let until = filter.until {
            let last = try connection.first(lastBefore, [chain, .time(until)]) { $0.integer() } ?? 0
            upper = min(upper, last + 1)
        }
        return lower..<max(lower, upper)
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

    private static func read(_ row: RowReader) throws -> StoredAuditEntry { try StoredRow(row).entry() }

    private static func statement(_ sql: String) -> SQLStatement {
        statements.withLock { statements in
            if let known = statements[sql] { return known }
            let statement = SQLStatement(sql)
            statements[sql] = statement
            return statement
        }
    }
}
