import WorkflowCore
import WorkflowStore

/// The rows of those who vouch for programs.
enum IAMProviderTable {
    private static let columns =
        "id, company_id, provider_type, name, config, enabled, revision, created_by, created_at, updated_at"
    private static let insertion = SQLStatement(
        "INSERT INTO platform_iam_providers (\(columns), secret) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    private static let byID = SQLStatement("SELECT \(columns), secret FROM platform_iam_providers WHERE id = ?")
    private static let ofCompany = SQLStatement(
        "SELECT \(columns) FROM platform_iam_providers WHERE company_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
    private static let countOfCompany = SQLStatement(
        "SELECT COUNT(*) FROM platform_iam_providers WHERE company_id = ?")
    private static let change = SQLStatement(
        """
        UPDATE platform_iam_providers SET name = ?, config = ?, secret = ?, enabled = ?, revision = ?, updated_at = ?
            WHERE id = ? AND revision = ?
        """)
    private static let deletion = SQLStatement("DELETE FROM platform_iam_providers WHERE id = ?")

    /// Adds a provider.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when the company has one with this name.
    static func insert(_ provider: IAMProvider, sealed: String?, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(provider.id), .id(provider.company), .text(provider.kind.rawValue), .text(provider.name),
                .object(provider.settings.json), .flag(provider.isEnabled), .integer(provider.revision),
                .id(provider.createdBy), .time(provider.createdAt), .time(provider.updatedAt), .optional(sealed),
            ])
    }

    /// A provider with its encrypted secret.
    static func find(
        _ id: ID<IAMProvider>, _ connection: any SQLConnection
    ) throws -> (provider: IAMProvider, sealed: String?)? {
        try connection.first(byID, [.id(id)]) { (try read($0), $0.optionalText()) }
    }

    /// The providers of a company, newest first.
    static func list(
        of company: ID<Company>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<IAMProvider> {
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
    static func update(_ provider: IAMProvider, sealed: String?, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(
            change,
            [
                .text(provider.name), .object(provider.settings.json), .optional(sealed),
                .flag(provider.isEnabled), .integer(provider.revision), .time(provider.updatedAt),
                .id(provider.id), .integer(provider.revision - 1),
            ]) == 1
    }

    /// Removes a provider with its mappings and tokens.
    static func delete(_ id: ID<IAMProvider>, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(id)])
    }

    private static func read(_ row: RowReader) throws -> IAMProvider {
        let (id, company): (ID<IAMProvider>, ID<Company>) = (row.id(), row.id())
        let (kind, name): (IAMProvider.Kind, String) = (try row.named(), row.text())
        let config = try row.object()
        var values: [String: String] = [:]
        for (key, value) in config { values[key] = value.stringValue }
        return IAMProvider(
            id: id, company: company, kind: kind, name: name, settings: try IAMSettings(values, kind),
            isEnabled: row.flag(), revision: row.integer(), createdBy: row.id(), createdAt: row.time(),
            updatedAt: row.time())
    }
}
