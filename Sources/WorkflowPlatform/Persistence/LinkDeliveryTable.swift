import WorkflowCore
import WorkflowStore

/// The rows of what links have to deliver.
enum LinkDeliveryTable {
    private static let table = "platform_link_deliveries"
    private static let columns = """
        id, link_id, position, event_type, event_data, event_key, hops, trace, attempts, due_at, last_error, dead, \
        created_at
        """
    // Nothing is added for a link that was removed meanwhile, and nothing twice.
    private static let insertion = SQLStatement(
        """
        INSERT INTO \(table) (\(columns))
            SELECT CAST(? AS TEXT), id, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT),
                CAST(? AS BIGINT), CAST(? AS TEXT), 0, CAST(? AS BIGINT), '', 0, CAST(? AS BIGINT)
                FROM platform_workflow_links WHERE id = ?
            ON CONFLICT (id) DO NOTHING
        """)
    private static let due = SQLStatement(
        """
        SELECT \(columns) FROM \(table) WHERE link_id = ? AND dead = 0 AND due_at <= ?
            ORDER BY due_at, position LIMIT ?
        """)
    private static let nextDue = SQLStatement(
        "SELECT due_at FROM \(table) WHERE link_id = ? AND dead = 0 ORDER BY due_at LIMIT 1")
    private static let pending = SQLStatement("SELECT COUNT(*) FROM \(table) WHERE link_id = ? AND dead = 0")
    private static let deletion = SQLStatement("DELETE FROM \(table) WHERE id = ?")
    private static let failure = SQLStatement(
        "UPDATE \(table) SET attempts = ?, due_at = ?, last_error = ?, dead = ? WHERE id = ?")
    private static let deadOnes = SQLStatement(
        """
        SELECT \(columns) FROM \(table) WHERE link_id = ? AND dead = 1 AND position < ?
            ORDER BY position DESC LIMIT ?
        """)
    private static let redriving = SQLStatement(
        "UPDATE \(table) SET attempts = 0, due_at = ?, dead = 0, created_at = ? WHERE link_id = ? AND dead = 1")
    private static let redrivingOne = SQLStatement(
        """
        UPDATE \(table) SET attempts = 0, due_at = ?, dead = 0, created_at = ?
            WHERE id = ? AND link_id = ? AND dead = 1
        """)
    private static let discarding = SQLStatement("DELETE FROM \(table) WHERE id = ? AND link_id = ? AND dead = 1")
    private static let burial = SQLStatement(
        "UPDATE \(table) SET dead = 1, last_error = ? WHERE dead = 0 AND created_at < ?")
    private static let forgetting = SQLStatement("DELETE FROM \(table) WHERE dead = 1 AND created_at < ?")

    /// Adds deliveries.
    ///
    /// - Returns: How many there are more now, by link; links that do not exist any more are left out.
    static func insert(
        _ deliveries: [LinkDelivery], _ connection: any SQLConnection
    ) throws -> [ID<WorkflowLink>: Int] {
        let steps = deliveries.map { delivery in
            SQLStep(
                insertion,
                [
                    .text(delivery.id), .text(delivery.position), .text(delivery.type), .json(delivery.data),
                    .text(delivery.key), .integer(Int64(delivery.hops)), .text(delivery.trace),
                    .time(delivery.dueAt), .time(delivery.createdAt), .id(delivery.link),
                ])
        }
        var added: [ID<WorkflowLink>: Int] = [:]
        try connection.run(steps) { index, outcome in
            if case .done(let changes, _) = outcome { added[deliveries[index].link, default: 0] += changes }
        }
        return added
    }

    /// What is due on a link, in order.
    static func due(
        on link: ID<WorkflowLink>, at now: Timestamp, limit: Int, _ connection: any SQLConnection
    ) throws -> [LinkDelivery] {
        try connection.all(due, [.id(link), .time(now), .integer(Int64(limit))], read)
    }

    /// When the next one is due on a link; `nil` when nothing waits.
    static func nextDue(on link: ID<WorkflowLink>, _ connection: any SQLConnection) throws -> Timestamp? {
        try connection.first(nextDue, [.id(link)]) { $0.time() }
    }

    /// How many wait on a link.
    static func pending(on link: ID<WorkflowLink>, _ connection: any SQLConnection) throws -> Int {
        try connection.count(pending, [.id(link)])
    }

    /// Notes what has become of deliveries: those that are done go, the others are kept with their new attempts.
    static func settle(
        done: [String], failed: [LinkDelivery], _ connection: any SQLConnection
    ) throws {
        let steps =
            done.map { SQLStep(deletion, [.text($0)]) }
            + failed.map { delivery in
                SQLStep(
                    failure,
                    [
                        .integer(Int64(delivery.attempts)), .time(delivery.dueAt), .text(delivery.lastError),
                        .flag(delivery.isDead), .text(delivery.id),
                    ])
            }
        try connection.run(steps) { _, _ in }
    }

    /// The dead letters of a link, newest first.
    static func dead(
        on link: ID<WorkflowLink>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<LinkDelivery> {
        let found = try connection.all(
            deadOnes, [.id(link), .text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit) { $0.position }
    }

    /// Has dead letters delivered again.
    ///
    /// - Parameter id: Which one; `nil` for all of the link.
    /// - Returns: How many.
    static func redrive(
        _ id: String?, on link: ID<WorkflowLink>, now: Timestamp, _ connection: any SQLConnection
    ) throws -> Int {
        guard let id else { return try connection.execute(redriving, [.time(now), .time(now), .id(link)]) }
        return try connection.execute(redrivingOne, [.time(now), .time(now), .text(id), .id(link)])
    }

    /// Removes a dead letter.
    ///
    /// - Returns: Whether there was one.
    static func discard(_ id: String, on link: ID<WorkflowLink>, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(discarding, [.text(id), .id(link)]) == 1
    }

    /// Gives up what has waited since before a time.
    static func bury(before time: Timestamp, because reason: String, _ connection: any SQLConnection) throws -> Int {
        try connection.execute(burial, [.text(reason), .time(time)])
    }

    /// Forgets dead letters from before a time.
    static func forget(before time: Timestamp, _ connection: any SQLConnection) throws -> Int {
        try connection.execute(forgetting, [.time(time)])
    }

    private static func read(_ row: RowReader) throws -> LinkDelivery {
        LinkDelivery(
            id: row.text(), link: row.id(), position: row.text(), type: row.text(),
            data: try JSONValue(parsing: row.text()), key: row.text(), hops: Int(row.integer()), trace: row.text(),
            attempts: Int(row.integer()), dueAt: row.time(), lastError: row.text(), isDead: row.flag(),
            createdAt: row.time())
    }
}
