import WorkflowCore
import WorkflowStore

/// The rows of API keys.
enum APIKeyTable {
    private static let columns =
        """
        k.id, k.company_id, k.user_id, k.name, k.prefix, k.scopes, k.created_by, k.created_at, k.expires_at, \
        k.last_used_at, k.revoked_at
        """
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_api_keys
            (id, company_id, user_id, name, prefix, hash, scopes, created_by, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let byHash = SQLStatement(
        """
        SELECT \(columns), u.display_name FROM platform_api_keys k JOIN platform_users u ON u.id = k.user_id
            WHERE k.hash = ? AND k.revoked_at IS NULL AND u.active = 1
        """)
    private static let workingByID = SQLStatement(
        """
        SELECT \(columns), u.display_name FROM platform_api_keys k JOIN platform_users u ON u.id = k.user_id
            WHERE k.id = ? AND k.revoked_at IS NULL AND u.active = 1
        """)
    private static let byID = SQLStatement(
        "SELECT \(columns) FROM platform_api_keys k WHERE k.id = ? AND k.company_id = ?")
    private static let ofCompany = SQLStatement(
        """
        SELECT \(columns) FROM platform_api_keys k
            WHERE k.company_id = ? AND k.revoked_at IS NULL AND k.id < ?
            AND (k.expires_at IS NULL OR k.expires_at > ?) ORDER BY k.id DESC LIMIT ?
        """)
    private static let ofUser = SQLStatement(
        """
        SELECT \(columns) FROM platform_api_keys k
            WHERE k.company_id = ? AND k.user_id = ? AND k.revoked_at IS NULL AND k.id < ?
            AND (k.expires_at IS NULL OR k.expires_at > ?) ORDER BY k.id DESC LIMIT ?
        """)
    private static let usage = SQLStatement(
        "UPDATE platform_api_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)")
    private static let revocation = SQLStatement(
        "UPDATE platform_api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")

    /// Adds a key, of which only the hash is kept.
    static func insert(_ key: APIKey, hash: String, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(key.id), .id(key.company), .id(key.user), .text(key.name), .text(key.prefix), .text(hash),
                .text(key.scopes.names.joined(separator: " ")), .id(key.createdBy), .time(key.createdAt),
                .optional(key.expiresAt),
            ])
    }

    /// A key that has not been withdrawn, and the name of its user, who may sign in.
    static func find(
        hash: String, _ connection: any SQLConnection
    ) throws -> (key: APIKey, userName: String)? {
        try connection.first(byHash, [.text(hash)]) { (try read($0), $0.text()) }
    }

    /// A key that has not been withdrawn, and the name of its user, who may sign in.
    static func working(
        _ id: ID<APIKey>, _ connection: any SQLConnection
    ) throws -> (key: APIKey, userName: String)? {
        try connection.first(workingByID, [.id(id)]) { (try read($0), $0.text()) }
    }

    static func find(
        _ id: ID<APIKey>, in company: ID<Company>, _ connection: any SQLConnection
    ) throws -> APIKey? {
        try connection.first(byID, [.id(id), .id(company)], read)
    }

    /// The keys for a company that have neither been withdrawn nor expired, newest first.
    ///
    /// - Parameter user: Whose; `nil` for everybody's.
    static func list(
        of company: ID<Company>, user: ID<User>?, _ page: PageRequest, now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Page<APIKey> {
        let rest: [SQLValue] = [.text(page.cursor.key), .time(now), .integer(Int64(page.limit + 1))]
        let found =
            if let user {
                try connection.all(ofUser, [.id(company), .id(user)] + rest, read)
            } else {
                try connection.all(ofCompany, [.id(company)] + rest, read)
            }
        return Page(found, limit: page.limit) { $0.id.text }
    }

    /// Notes that a key was used, at most once a minute.
    static func noteUse(_ id: ID<APIKey>, at now: Timestamp, _ connection: any SQLConnection) throws {
        try connection.execute(usage, [.time(now), .id(id), .time(now.advanced(by: .seconds(-60)))])
    }

    /// Withdraws a key.
    ///
    /// - Returns: Whether it had not been withdrawn.
    static func revoke(_ id: ID<APIKey>, at now: Timestamp, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(revocation, [.time(now), .id(id)]) == 1
    }

    private static func read(_ row: RowReader) throws -> APIKey {
        let (id, company, user): (ID<APIKey>, ID<Company>, ID<User>) = (row.id(), row.id(), row.id())
        let (name, prefix) = (row.text(), row.text())
        guard let scopes = Scopes(row.text().split(separator: " ").map(String.init)) else {
            throw SQLError(.corrupted, "the scopes of the API key \(prefix) cannot be read")
        }
        return APIKey(
            id: id, company: company, user: user, name: name, prefix: prefix, scopes: scopes, createdBy: row.id(),
            createdAt: row.time(), expiresAt: row.optionalTime(), lastUsedAt: row.optionalTime(),
            revokedAt: row.optionalTime())
    }
}
