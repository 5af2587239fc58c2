import WorkflowCore
import WorkflowStore

/// The rows of sessions and their refresh tokens.
enum SessionTable {
    private static let columns =
        "id, user_id, address, user_agent, created_at, last_used_at, expires_at, provider, company_id"
    private static let insertion = SQLStatement(
        "INSERT INTO platform_sessions (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    private static let open = SQLStatement(
        """
        SELECT \(columns) FROM platform_sessions WHERE user_id = ? AND id < ? AND ended_at IS NULL AND expires_at > ?
            ORDER BY id DESC LIMIT ?
        """)
    private static let ownership = SQLStatement(
        """
        SELECT u.id, u.email, u.display_name, s.company_id
            FROM platform_sessions s JOIN platform_users u ON u.id = s.user_id
            WHERE s.id = ? AND s.ended_at IS NULL AND s.expires_at > ? AND u.active = 1
        """)
    private static let ending = SQLStatement(
        """
        UPDATE platform_sessions SET ended_at = ?, end_reason = ? WHERE id = ? AND user_id = ? AND ended_at IS NULL
        """)
    private static let endOthers = SQLStatement(
        """
        UPDATE platform_sessions SET ended_at = ?, end_reason = ? WHERE user_id = ? AND id <> ? AND ended_at IS NULL
        """)
    private static let endOfProvider = SQLStatement(
        "UPDATE platform_sessions SET ended_at = ?, end_reason = ? WHERE provider = ? AND ended_at IS NULL")
    private static let endOfUserAtProvider = SQLStatement(
        """
        UPDATE platform_sessions SET ended_at = ?, end_reason = ?
            WHERE user_id = ? AND id <> ? AND provider = ? AND ended_at IS NULL
        """)
    private static let vouching = SQLStatement("SELECT provider, company_id FROM platform_sessions WHERE id = ?")
    private static let start = SQLStatement("SELECT created_at FROM platform_sessions WHERE id = ?")
    private static let renewal = SQLStatement(
        """
        UPDATE platform_sessions SET last_used_at = ?,
            expires_at = CASE WHEN company_id IS NULL THEN ? ELSE expires_at END WHERE id = ?
        """)
    private static let tokenInsertion = SQLStatement(
        "INSERT INTO platform_refresh_tokens (hash, session_id, created_at) VALUES (?, ?, ?)")
    private static let token = SQLStatement(
        """
        SELECT s.id, s.user_id, t.used_at, s.ended_at, s.expires_at
            FROM platform_refresh_tokens t JOIN platform_sessions s ON s.id = t.session_id WHERE t.hash = ?
        """)
    private static let usage = SQLStatement(
        "UPDATE platform_refresh_tokens SET used_at = ? WHERE hash = ? AND used_at IS NULL")
    private static let expired = SQLStatement("DELETE FROM platform_sessions WHERE expires_at < ?")
    private static let used = SQLStatement("DELETE FROM platform_refresh_tokens WHERE used_at < ?")

    /// What is known of a refresh token.
    struct RefreshToken: Sendable {
        let session: ID<Session>
        let user: ID<User>
        let isUsed: Bool
        let isEnded: Bool
        let expiresAt: Timestamp
    }

    static func insert(_ session: Session, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(session.id), .id(session.user), .text(session.address), .text(session.userAgent),
                .time(session.createdAt), .time(session.lastUsedAt), .time(session.expiresAt),
                .optional(session.origin?.provider), .optional(session.origin?.company),
            ])
    }

    /// When a session began.
    static func beginning(of id: ID<Session>, _ connection: any SQLConnection) throws -> Timestamp? {
        try connection.first(start, [.id(id)]) { $0.time() }
    }

    /// The sessions of somebody that have not ended, newest first.
    static func list(
        of user: ID<User>, _ page: PageRequest, now: Timestamp, _ connection: any SQLConnection
    ) throws -> Page<Session> {
        let found = try connection.all(
            open, [.id(user), .text(page.cursor.key), .time(now), .integer(Int64(page.limit + 1))]
        ) { row in
            Session(
                id: row.id(), user: row.id(), address: row.text(), userAgent: row.text(), createdAt: row.time(),
                lastUsedAt: row.time(), expiresAt: row.time(), origin: origin(row.optionalText(), row.optionalID()))
        }
        return Page(found, limit: page.limit) { $0.id.text }
    }

    /// Whose session it is, and for which company only if there is one, unless it has ended or the user may not sign in
    /// any more.
    static func owner(
        of session: ID<Session>, now: Timestamp, _ connection: any SQLConnection
    ) throws -> (user: ID<User>, name: String, company: ID<Company>?)? {
        try connection.first(ownership, [.id(session), .time(now)]) { row in
            let (id, email, name): (ID<User>, String, String) = (row.id(), row.text(), row.text())
            return (id, email.isEmpty ? name : email, row.optionalID())
        }
    }

    /// Who vouches for a session, unless a password does.
    static func origin(of session: ID<Session>, _ connection: any SQLConnection) throws -> SessionOrigin? {
        try connection.first(vouching, [.id(session)]) { origin($0.optionalText(), $0.optionalID()) } ?? nil
    }

    private static func origin(_ provider: String?, _ company: ID<Company>?) -> SessionOrigin? {
        provider.map { SessionOrigin(provider: $0, company: company) }
    }

    /// Ends a session.
    ///
    /// - Returns: Whether there was one that had not ended.
    static func end(
        _ session: ID<Session>, of user: ID<User>, reason: String, now: Timestamp, _ connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(ending, [.time(now), .text(reason), .id(session), .id(user)]) == 1
    }

    /// Ends the sessions of somebody.
    ///
    /// - Parameter kept: The one that goes on.
    /// - Returns: How many have been ended.
    static func endAll(
        of user: ID<User>, except kept: ID<Session>?, reason: String, now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Int {
        try connection.execute(endOthers, [.time(now), .text(reason), .id(user), .text(kept?.text ?? "")])
    }

    /// Ends the sessions that a provider vouches for.
    ///
    /// - Returns: How many have been ended.
    static func endAll(
        by provider: ID<IdentityProvider>, reason: String, now: Timestamp, _ connection: any SQLConnection
    ) throws -> Int {
        try connection.execute(endOfProvider, [.time(now), .text(reason), .id(provider)])
    }

    /// Ends the sessions of somebody that a provider vouches for.
    ///
    /// - Parameter kept: The one that goes on.
    static func endAll(
        of user: ID<User>, by provider: String, except kept: ID<Session>?, reason: String, now: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            endOfUserAtProvider,
            [.time(now), .text(reason), .id(user), .text(kept?.text ?? ""), .text(provider)])
    }

    /// Lets a session go on for longer, unless the provider of a company vouches for it: that is to be asked again.
    static func renew(
        _ session: ID<Session>, until end: Timestamp, now: Timestamp, _ connection: any SQLConnection
    ) throws {
        try connection.execute(renewal, [.time(now), .time(end), .id(session)])
    }

    /// Adds a refresh token, of which only the hash is kept.
    static func insert(
        tokenHash: String, session: ID<Session>, now: Timestamp, _ connection: any SQLConnection
    ) throws {
        try connection.execute(tokenInsertion, [.text(tokenHash), .id(session), .time(now)])
    }

    static func find(tokenHash: String, _ connection: any SQLConnection) throws -> RefreshToken? {
        try connection.first(token, [.text(tokenHash)]) { row in
            RefreshToken(
                session: row.id(), user: row.id(), isUsed: row.optionalTime() != nil,
                isEnded: row.optionalTime() != nil, expiresAt: row.time())
        }
    }

    /// Marks a refresh token as used.
    ///
    /// - Returns: `false` when it was used before.
    static func use(tokenHash: String, now: Timestamp, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(usage, [.time(now), .text(tokenHash)]) == 1
    }

    /// Forgets sessions that ended long ago, with their tokens, and tokens that were used long ago.
    ///
    /// - Parameters:
    ///   - end: Sessions go that ended before.
    ///   - usage: Tokens go that were used before; one that is shown once more does not end its session any more.
    static func forget(
        endedBefore end: Timestamp, usedBefore usage: Timestamp, _ connection: any SQLConnection
    ) throws {
        try connection.execute(expired, [.time(end)])
        try connection.execute(used, [.time(usage)])
    }
}
