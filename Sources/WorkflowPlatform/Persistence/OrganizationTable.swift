import WorkflowCore
import WorkflowStore

/// The rows of organizations.
enum OrganizationTable: NamedResourceTable {
    private static let columns = "id, company_id, name, slug, metadata, revision, created_at, updated_at"
    private static let reached = ReachedRows(
        .organization, "platform_organizations", columns, key: \.id.text, read: read)
    private static let insertion = SQLStatement(
        "INSERT INTO platform_organizations (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    private static let byID = SQLStatement("SELECT \(columns) FROM platform_organizations WHERE id = ?")
    private static let ofCompany = SQLStatement(
        "SELECT \(columns) FROM platform_organizations WHERE company_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
    private static let countOfCompany = SQLStatement(
        "SELECT COUNT(*) FROM platform_organizations WHERE company_id = ?")
    private static let change = SQLStatement(
        """
        UPDATE platform_organizations SET name = ?, slug = ?, metadata = ?, revision = ?, updated_at = ?
            WHERE id = ? AND revision = ?
        """)
    private static let rowsOnIt = RowsOnResource(
        ("platform_projects", "organization_id"), ("platform_workflows", "organization_id"))
    private static let deletion = SQLStatement("DELETE FROM platform_organizations WHERE id = ?")

    /// Adds an organization.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when the short name is taken.
    static func insert(_ organization: Organization, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(organization.id), .id(organization.company), .text(organization.name),
                .text(organization.slug), .object(organization.metadata), .integer(organization.revision),
                .time(organization.createdAt), .time(organization.updatedAt),
            ])
    }

    static func find(_ id: ID<Organization>, _ connection: any SQLConnection) throws -> Organization? {
        try connection.first(byID, [.id(id)], read)
    }

    /// The organizations of a company, newest first.
    static func list(
        of company: ID<Company>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Organization> {
        let found = try connection.all(
            ofCompany, [.id(company), .text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        let total = try connection.count(countOfCompany, [.id(company)])
        return Page(found, limit: page.limit, total: total) { $0.id.text }
    }

    /// The organizations that roles reach, newest first.
    static func list(
        reachedBy grants: [Grant], _ filter: NameFilter, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Organization> {
        try reached.page(grants, filter, page, connection)
    }

    /// Saves an organization, whose revision is one more than that in the table.
    ///
    /// - Returns: Whether nobody else has changed it in between.
    static func update(_ organization: Organization, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(
            change,
            [
                .text(organization.name), .text(organization.slug), .object(organization.metadata),
                .integer(organization.revision), .time(organization.updatedAt), .id(organization.id),
                .integer(organization.revision - 1),
            ]) == 1
    }

    /// Removes an organization with all that belongs to it.
    static func delete(_ id: ID<Organization>, _ connection: any SQLConnection) throws {
        try rowsOnIt.delete(of: .id(id), connection)
        try connection.execute(deletion, [.id(id)])
    }

    @Sendable private static func read(_ row: RowReader) throws -> Organization {
        Organization(
            id: row.id(), company: row.id(), name: row.text(), slug: row.text(), metadata: try row.object(),
            revision: row.integer(), createdAt: row.time(), updatedAt: row.time())
    }
}
