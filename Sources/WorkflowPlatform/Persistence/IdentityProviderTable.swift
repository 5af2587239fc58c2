import WorkflowCore
import WorkflowStore

/// The rows of the providers of companies.
enum IdentityProviderTable {
    private static let columns =
        "id, company_id, name, kind, issuer, client_id, scopes, enabled, enforced, revision, created_at, updated_at"
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_identity_providers (\(columns), client_secret)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let byID = SQLStatement(
        "SELECT \(columns), client_secret FROM platform_identity_providers WHERE id = ?")
    private static let ofCompany = SQLStatement(
        """
        SELECT \(columns) FROM platform_identity_providers WHERE company_id = ? AND id < ? ORDER BY id DESC LIMIT ?
        """)
    private static let countOfCompany = SQLStatement(
        "SELECT COUNT(*) FROM platform_identity_providers WHERE company_id = ?")
    private static let change = SQLStatement(
        """
        UPDATE platform_identity_providers SET name = ?, issuer = ?, client_id = ?, client_secret = ?, scopes = ?,
            enabled = ?, enforced = ?, revision = ?, updated_at = ? WHERE id = ? AND revision = ?
        """)
    private static let deletion = SQLStatement("DELETE FROM platform_identity_providers WHERE id = ?")
    private static let enforcing = SQLStatement(
        """
        SELECT p.company_id FROM platform_memberships m
            JOIN platform_identity_providers p ON p.company_id = m.company_id
            WHERE m.user_id = ? AND p.enabled = 1 AND p.enforced = 1
        """)

    /// Adds a provider.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when the company has one with this name.
    static func insert(_ provider: IdentityProvider, sealed: String, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(provider.id), .id(provider.company), .text(provider.name), .text(provider.kind.rawValue),
                .text(provider.issuer), .text(provider.clientID), .text(provider.scopes.joined(separator: " ")),
                .flag(provider.isEnabled), .flag(provider.isEnforced), .integer(provider.revision),
                .time(provider.createdAt), .time(provider.updatedAt), .text(sealed),
            ])
    }

    /// A provider with its encrypted secret.
    static func find(
        _ id: ID<IdentityProvider>, _ connection: any SQLConnection
    ) throws -> (provider: IdentityProvider, sealed: String)? {
        try connection.first(byID, [.id(id)]) { (try read($0), $0.text()) }
    }

    /// The providers of a company, newest first.
    static func list(
        of company: ID<Company>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<IdentityProvider> {
        let found = try connection.all(
            ofCompany, [.id(company), .text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit, total: try count(of: company, connection)) { $0.id.text }
    }

    static func count(of company: ID<Company>, _ connection: any SQLConnection) throws -> Int {
        try connection.count(countOfCompany, [.id(company)])
    }

    /// Saves a provider, whose revision is one more than that in the table.
    ///
    /// - Returns: Whether nobody else has changed it in between.
    static func update(
        _ provider: IdentityProvider, sealed: String, _ connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            change,
            [
                .text(provider.name), .text(provider.issuer), .text(provider.clientID), .text(sealed),
                .text(provider.scopes.joined(separator: " ")), .flag(provider.isEnabled),
                .flag(provider.isEnforced), .integer(provider.revision), .time(provider.updatedAt),
                .id(provider.id), .integer(provider.revision - 1),
            ]) == 1
    }

    static func delete(_ id: ID<IdentityProvider>, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(id)])
    }

    /// The companies of somebody that ask for their own single sign-on.
    static func companies(enforcing user: ID<User>, _ connection: any SQLConnection) throws -> Set<ID<Company>> {
        Set(try connection.all(enforcing, [.id(user)]) { $0.id() })
    }

    private static func read(_ row: RowReader) throws -> IdentityProvider {
        IdentityProvider(
            id: row.id(), company: row.id(), name: row.text(), kind: try row.named(), issuer: row.text(),
            clientID: row.text(), scopes: row.text().split(separator: " ").map(String.init), isEnabled: row.flag(),
            isEnforced: row.flag(), revision: row.integer(), createdAt: row.time(), updatedAt: row.time())
    }
}
