import WorkflowCore
import WorkflowStore

/// The rows of companies.
enum CompanyTable: NamedResourceTable {
    private static let columns = "id, name, slug, created_by, metadata, revision, created_at, updated_at"
    private static let insertion = SQLStatement(
        "INSERT INTO platform_companies (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    private static let byID = SQLStatement("SELECT \(columns) FROM platform_companies WHERE id = ?")
    private static let bySlug = SQLStatement("SELECT id FROM platform_companies WHERE slug = ?")
    private static let ofUser = SQLStatement(
        """
        SELECT \(columns) FROM platform_companies WHERE id IN
            (SELECT company_id FROM platform_memberships WHERE user_id = ?) AND id < ? ORDER BY id DESC LIMIT ?
        """)
    private static let countOfUser = SQLStatement(
        "SELECT COUNT(DISTINCT company_id) FROM platform_memberships WHERE user_id = ?")
    private static let change = SQLStatement(
        """
        UPDATE platform_companies SET name = ?, slug = ?, metadata = ?, revision = ?, updated_at = ?
            WHERE id = ? AND revision = ?
        """)
    private static let deletion = SQLStatement("DELETE FROM platform_companies WHERE id = ?")
    private static let programs = SQLStatement("DELETE FROM platform_users WHERE company_id = ?")

    /// Adds a company.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when the short name is taken.
    static func insert(_ company: Company, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(company.id), .text(company.name), .text(company.slug), .id(company.createdBy),
                .object(company.metadata), .integer(company.revision), .time(company.createdAt),
                .time(company.updatedAt),
            ])
    }

    static func find(_ id: ID<Company>, _ connection: any SQLConnection) throws -> Company? {
        try connection.first(byID, [.id(id)], read)
    }

    /// Whether a company has a short name.
    static func isTaken(_ slug: String, _ connection: any SQLConnection) throws -> Bool {
        try connection.first(bySlug, [.text(slug)]) { $0.text() } != nil
    }

    /// The companies in which somebody has a role on anything, newest first.
    static func list(
        of user: ID<User>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Company> {
        let found = try connection.all(
            ofUser, [.id(user), .text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        let total = try connection.count(countOfUser, [.id(user)])
        return Page(found, limit: page.limit, total: total) { $0.id.text }
    }

    /// Saves a company, whose revision is one more than that in the table.
    ///
    /// - Returns: Whether nobody else has changed it in between.
    static func update(_ company: Company, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(
            change,
            [
                .text(company.name), .text(company.slug), .object(company.metadata), .integer(company.revision),
                .time(company.updatedAt), .id(company.id), .integer(company.revision - 1),
            ]) == 1
    }

    /// Removes a company with all that belongs to it, except for its audit log.
    static func delete(_ id: ID<Company>, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(id)])
        try connection.execute(programs, [.id(id)])
    }

    private static func read(_ row: RowReader) throws -> Company {
        Company(
            id: row.id(), name: row.text(), slug: row.text(), createdBy: row.id(), metadata: try row.object(),
            revision: row.integer(), createdAt: row.time(), updatedAt: row.time())
    }
}
