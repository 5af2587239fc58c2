import WorkflowCore
import WorkflowStore

/// The rows of projects.
enum ProjectTable: NamedResourceTable {
    private static let columns =
        "id, company_id, organization_id, name, slug, description, metadata, revision, created_at, updated_at"
    private static let reached = ReachedRows(.project, "platform_projects", columns, key: \.id.text, read: read)
    private static let insertion = SQLStatement(
        "INSERT INTO platform_projects (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    private static let byID = SQLStatement("SELECT \(columns) FROM platform_projects WHERE id = ?")
    private static let ofOrganization = SQLStatement(
        "SELECT \(columns) FROM platform_projects WHERE organization_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
    private static let countOfOrganization = SQLStatement(
        "SELECT COUNT(*) FROM platform_projects WHERE organization_id = ?")
    private static let change = SQLStatement(
        """
        UPDATE platform_projects SET name = ?, slug = ?, description = ?, metadata = ?, revision = ?, updated_at = ?
            WHERE id = ? AND revision = ?
        """)
    private static let rowsOnIt = RowsOnResource(("platform_workflows", "project_id"))
    private static let deletion = SQLStatement("DELETE FROM platform_projects WHERE id = ?")

    /// Adds a project.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when the short name is taken.
    static func insert(_ project: Project, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(project.id), .id(project.company), .id(project.organization), .text(project.name),
                .text(project.slug), .text(project.description), .object(project.metadata),
                .integer(project.revision), .time(project.createdAt), .time(project.updatedAt),
            ])
    }

    static func find(_ id: ID<Project>, _ connection: any SQLConnection) throws -> Project? {
        try connection.first(byID, [.id(id)], read)
    }

    /// The projects of an organization, newest first.
    static func list(
        of organization: ID<Organization>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Project> {
        let found = try connection.all(
            ofOrganization, [.id(organization), .text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        let total = try connection.count(countOfOrganization, [.id(organization)])
        return Page(found, limit: page.limit, total: total) { $0.id.text }
    }

    /// The projects that roles reach, newest first.
    static func list(
        reachedBy grants: [Grant], _ filter: NameFilter, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Project> {
        try reached.page(grants, filter, page, connection)
    }

    /// Saves a project, whose revision is one more than that in the table.
    ///
    /// - Returns: Whether nobody else has changed it in between.
    static func update(_ project: Project, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(
            change,
            [
                .text(project.name), .text(project.slug), .text(project.description), .object(project.metadata),
                .integer(project.revision), .time(project.updatedAt), .id(project.id),
                .integer(project.revision - 1),
            ]) == 1
    }

    /// Removes a project with all that belongs to it.
    static func delete(_ id: ID<Project>, _ connection: any SQLConnection) throws {
        try rowsOnIt.delete(of: .id(id), connection)
        try connection.execute(deletion, [.id(id)])
    }

    @Sendable private static func read(_ row: RowReader) throws -> Project {
        Project(
            id: row.id(), company: row.id(), organization: row.id(), name: row.text(), slug: row.text(),
            description: row.text(), metadata: try row.object(), revision: row.integer(), createdAt: row.time(),
            updatedAt: row.time())
    }
}
