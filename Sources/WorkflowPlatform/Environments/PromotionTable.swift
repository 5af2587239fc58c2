import WorkflowCore
import WorkflowStore

/// The rows of promotions. Of each workflow one at most waits for an approval for an environment.
enum PromotionTable {
    private static let columns = """
        id, workflow_id, source, target, version, status, comment, requested_by, key_made_by, created_at, expires_at, \
        decided_by, decided_at, decision_comment
        """
    private static let insertion = SQLStatement(
        "INSERT INTO platform_promotions (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    private static let byID = SQLStatement(
        "SELECT \(columns) FROM platform_promotions WHERE id = ? AND workflow_id = ?")
    private static let ofWorkflow = SQLStatement(
        "SELECT \(columns) FROM platform_promotions WHERE workflow_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
    private static let replacement = SQLStatement(
        """
        UPDATE platform_promotions SET status = CASE WHEN expires_at <= ? THEN 'expired' ELSE 'replaced' END
            WHERE workflow_id = ? AND target = ? AND status = 'pending'
        """)
    private static let decision = SQLStatement(
        """
        UPDATE platform_promotions SET status = ?, decided_by = ?, decided_at = ?, decision_comment = ?
            WHERE id = ? AND status = 'pending' AND expires_at > ?
        """)

    static func insert(_ promotion: Promotion, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(promotion.id), .id(promotion.workflow), .text(promotion.source.text),
                .text(promotion.target.text), .integer(Int64(promotion.version)),
                .text(promotion.storedStatus.rawValue), .text(promotion.comment), .id(promotion.requestedBy),
                .optional(promotion.keyMadeBy), .time(promotion.createdAt), .time(promotion.expiresAt),
                .optional(promotion.decidedBy), .optional(promotion.decidedAt), .text(promotion.decisionComment),
            ])
    }

    static func find(
        _ id: ID<Promotion>, of workflow: ID<Workflow>, _ connection: any SQLConnection
    ) throws -> Promotion? {
        try connection.first(byID, [.id(id), .id(workflow)], read)
    }

    /// The promotions of a workflow, newest first.
    static func list(
        of workflow: ID<Workflow>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Promotion> {
        let found = try connection.all(
            ofWorkflow, [.id(workflow), .text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit) { $0.id.text }
    }

    /// Takes back what waits for an approval, since something else is wanted there now.
    static func replacePending(_ target: DeploymentKey, now: Timestamp, _ connection: any SQLConnection) throws {
        try connection.execute(replacement, [.time(now), .id(target.workflow), .text(target.environment.text)])
    }

    /// Notes a decision.
    ///
    /// - Returns: Whether nobody else has decided, and there was still time.
    static func decide(
        _ id: ID<Promotion>, _ status: Promotion.Status, by user: ID<User>, comment: String, now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            decision,
            [.text(status.rawValue), .id(user), .time(now), .text(comment), .id(id), .time(now)]) == 1
    }

    private static func read(_ row: RowReader) throws -> Promotion {
        Promotion(
            id: row.id(), workflow: row.id(), source: EnvironmentName(stored: row.text()),
            target: EnvironmentName(stored: row.text()), version: Int(row.integer()), storedStatus: try row.named(),
            comment: row.text(), requestedBy: row.id(), keyMadeBy: row.optionalID(), createdAt: row.time(),
            expiresAt: row.time(), decidedBy: row.optionalID(), decidedAt: row.optionalTime(),
            decisionComment: row.text())
    }
}
