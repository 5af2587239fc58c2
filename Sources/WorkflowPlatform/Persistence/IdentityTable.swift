import WorkflowCore
import WorkflowStore

/// The rows that say who is who at providers.
enum IdentityTable {
    private static let columns = "id, user_id, provider, company_id, issuer, subject, email, created_at, last_used_at"
    private static let insertion = SQLStatement(
        "INSERT INTO platform_identities (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    private static let one = SQLStatement(
        "SELECT \(columns) FROM platform_identities WHERE provider = ? AND issuer = ? AND subject = ?")
    private static let byID = SQLStatement("SELECT \(columns) FROM platform_identities WHERE id = ? AND user_id = ?")
    private static let ofUser = SQLStatement(
        "SELECT \(columns) FROM platform_identities WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
    private static let use = SQLStatement("UPDATE platform_identities SET last_used_at = ? WHERE id = ?")
    private static let deletion = SQLStatement("DELETE FROM platform_identities WHERE id = ?")
    private static let deletionOfProvider = SQLStatement("DELETE FROM platform_identities WHERE provider = ?")

    /// Links somebody.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when they are somebody already.
    static func insert(_ identity: Identity, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(identity.id), .id(identity.user), .text(identity.provider), .optional(identity.company),
                .text(identity.issuer), .text(identity.subject), .text(identity.email), .time(identity.createdAt),
                .time(identity.lastUsedAt),
            ])
    }

    /// Who somebody at a provider is.
    static func find(
        _ provider: SignOnProvider, subject: String, _ connection: any SQLConnection
    ) throws -> Identity? {
        try connection.first(one, [.text(provider.key), .text(provider.issuer), .text(subject)], read)
    }

    static func find(
        _ id: ID<Identity>, of user: ID<User>, _ connection: any SQLConnection
    ) throws -> Identity? {
        try connection.first(byID, [.id(id), .id(user)], read)
    }

    /// Who somebody is at providers, newest first.
    static func list(
        of user: ID<User>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Identity> {
        let found = try connection.all(
            ofUser, [.id(user), .text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit) { $0.id.text }
    }

    static func noteUse(of id: ID<Identity>, at time: Timestamp, _ connection: any SQLConnection) throws {
        try connection.execute(use, [.time(time), .id(id)])
    }

    static func delete(_ id: ID<Identity>, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(id)])
    }

    /// Forgets who is who at a provider.
    static func deleteAll(of provider: ID<IdentityProvider>, _ connection: any SQLConnection) throws {
        try connection.execute(deletionOfProvider, [.id(provider)])
    }

    private static func read(_ row: RowReader) -> Identity {
        Identity(
            id: row.id(), user: row.id(), provider: row.text(), company: row.optionalID(), issuer: row.text(),
            subject: row.text(), email: row.text(), createdAt: row.time(), lastUsedAt: row.time())
    }
}
