import WorkflowCore
import WorkflowStore

/// The rows of the tokens that programs have been given.
enum IAMTokenTable {
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_iam_tokens
            (hash, provider_id, user_id, name, identities, proof, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let byHash = SQLStatement(
        """
        SELECT p.id, p.company_id, t.user_id, t.name, t.identities
            FROM platform_iam_tokens t JOIN platform_iam_providers p ON p.id = t.provider_id
            WHERE t.hash = ? AND t.expires_at > ? AND p.enabled = 1
        """)
    private static let ofProvider = SQLStatement("DELETE FROM platform_iam_tokens WHERE provider_id = ?")
    private static let expired = SQLStatement("DELETE FROM platform_iam_tokens WHERE expires_at < ?")

    /// Adds a token.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when the proof was shown before.
    static func insert(_ token: IAMToken, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .text(token.hash), .id(token.provider), .id(token.user), .text(token.program.subject),
                .json(.array(token.program.identities.map { .string($0) })), .optional(token.program.proof),
                .time(token.createdAt), .time(token.expiresAt),
            ])
    }

    /// Who has a token that works, with the roles as they are now.
    static func caller(hash: String, now: Timestamp, _ connection: any SQLConnection) throws -> Caller? {
        typealias Found = (
            provider: ID<IAMProvider>, company: ID<Company>, user: ID<User>, name: String, identities: [String]
        )
        let found = try connection.first(byHash, [.text(hash), .time(now)]) { row -> Found in
            (
                row.id(), row.id(), row.id(), row.text(),
                try JSONValue(parsing: row.text()).arrayValue?.compactMap(\.stringValue) ?? []
            )
        }
        guard let found else { return nil }
        return Caller(
            user: found.user, name: found.name,
            credential: .program(
                found.provider, company: found.company, identities: found.identities, hash: hash),
            grants: try IAMMappingTable.grants(found.identities, of: found.provider, connection))
    }

    /// Has all tokens of a provider work no more.
    static func deleteAll(of provider: ID<IAMProvider>, _ connection: any SQLConnection) throws {
        try connection.execute(ofProvider, [.id(provider)])
    }

    /// Forgets tokens that expired before a time.
    static func forget(before time: Timestamp, _ connection: any SQLConnection) throws -> Int {
        try connection.execute(expired, [.time(time)])
    }
}
