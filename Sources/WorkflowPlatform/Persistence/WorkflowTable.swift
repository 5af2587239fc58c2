import WorkflowCore
import WorkflowStore

/// The rows of workflows.
enum WorkflowTable {
    private static let columns = """
        id, company_id, organization_id, project_id, name, slug, description, labels, version, status, \
        deployed_version, created_by, updated_by, revision, created_at, updated_at
        """
    private static let reached = ReachedRows(.workflow, "platform_workflows", columns, key: \.id.text, read: read)
    private static let insertion = SQLStatement(
        "INSERT INTO platform_workflows (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    private static let byID = SQLStatement("SELECT \(columns) FROM platform_workflows WHERE id = ?")
    private static let change = SQLStatement(
        """
        UPDATE platform_workflows SET name = ?, description = ?, labels = ?, version = ?, status = ?,
            deployed_version = ?, updated_by = ?, revision = ?, updated_at = ? WHERE id = ? AND revision = ?
        """)
    private static let countOfProject = SQLStatement("SELECT COUNT(*) FROM platform_workflows WHERE project_id = ?")
    private static let rowsOnIt = RowsOnResource()
    private static let deletion = SQLStatement("DELETE FROM platform_workflows WHERE id = ?")

    private static let keysOfCompany = keys("company_id")
    private static let keysOfOrganization = keys("organization_id")
    private static let keysOfProject = keys("project_id")
    private static let keysOfWorkflow = keys("id")

    private static func keys(_ column: String) -> SQLStatement {
        SQLStatement(
            """
            SELECT w.id, COALESCE(e.environment, 'prod') FROM platform_workflows w
                LEFT JOIN platform_workflow_environments e ON e.workflow_id = w.id WHERE w.\(column) = ?
            """)
    }

    /// Adds a workflow.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when the short name is taken.
    static func insert(_ workflow: Workflow, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(workflow.id), .id(workflow.company), .id(workflow.organization), .id(workflow.project),
                .text(workflow.name), .text(workflow.slug), .text(workflow.description),
                .object(Label.object(workflow.labels)), .integer(Int64(workflow.version)),
                .text(workflow.status.rawValue),
                number(workflow.deployedVersion), .id(workflow.createdBy), .id(workflow.updatedBy),
                .integer(workflow.revision), .time(workflow.createdAt), .time(workflow.updatedAt),
            ])
        try LabelTable.insert(workflow, connection)
    }

    static func find(_ id: ID<Workflow>, _ connection: any SQLConnection) throws -> Workflow? {
        try connection.first(byID, [.id(id)], read)
    }

    /// The workflows of a project that have all of some labels, newest first.
    static func list(
        of project: ID<Project>, labels: [Label] = [], _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Workflow> {
        let found = try within(.project, project.text, .none, labels, page, connection)
        let total = labels.isEmpty ? try connection.count(countOfProject, [.id(project)]) : nil
        return Page(found, limit: page.limit, total: total) { $0.id.text }
    }

    /// The workflows that roles reach and that have all of some labels, newest first.
    static func list(
        reachedBy grants: [Grant], _ filter: NameFilter = .none, labels: [Label] = [], _ page: PageRequest,
        _ connection: any SQLConnection
    ) throws -> Page<Workflow> {
        try reached.merged(grants, page) { try within($0.level, $0.resource, filter, labels, page, connection) }
    }

    private static func within(
        _ level: ResourceLevel, _ resource: String, _ filter: NameFilter, _ labels: [Label], _ page: PageRequest,
        _ connection: any SQLConnection
    ) throws -> [Workflow] {
        guard !labels.isEmpty else { return try reached.rows(level, resource, filter, page, connection) }
        let (statement, arguments) = LabelTable.selection(
            ReachedRows<Workflow>.qualified(columns), level, resource, filter, labels)
        return try connection.all(statement, arguments + page.arguments, read)
    }

    // MARK: - What goes with something that is removed

    static func ofCompany(_ id: ID<Company>, _ connection: any SQLConnection) throws -> [DeploymentKey] {
        try keys(keysOfCompany, id.text, connection)
    }

    static func ofOrganization(_ id: ID<Organization>, _ connection: any SQLConnection) throws -> [DeploymentKey] {
        try keys(keysOfOrganization, id.text, connection)
    }

    static func ofProject(_ id: ID<Project>, _ connection: any SQLConnection) throws -> [DeploymentKey] {
        try keys(keysOfProject, id.text, connection)
    }

    static func ofWorkflow(_ id: ID<Workflow>, _ connection: any SQLConnection) throws -> [DeploymentKey] {
        try keys(keysOfWorkflow, id.text, connection)
    }

    private static func keys(
        _ statement: SQLStatement, _ id: String, _ connection: any SQLConnection
    ) throws -> [DeploymentKey] {
        try connection.all(statement, [.text(id)]) { DeploymentKey($0.id(), in: EnvironmentName(stored: $0.text())) }
    }

    /// Saves a workflow, whose revision is one more than that in the table.
    ///
    /// - Returns: Whether nobody else has changed it in between.
    static func update(_ workflow: Workflow, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(
            change,
            [
                .text(workflow.name), .text(workflow.description), .object(Label.object(workflow.labels)),
                .integer(Int64(workflow.version)),
                .text(workflow.status.rawValue), number(workflow.deployedVersion), .id(workflow.updatedBy),
                .integer(workflow.revision), .time(workflow.updatedAt), .id(workflow.id),
                .integer(workflow.revision - 1),
            ]) == 1
    }

    /// Removes a workflow with all that belongs to it.
    static func delete(_ id: ID<Workflow>, _ connection: any SQLConnection) throws {
        try rowsOnIt.delete(of: .id(id), connection)
        try connection.execute(deletion, [.id(id)])
    }

    private static func number(_ number: Int?) -> SQLValue { number.map { .integer(Int64($0)) } ?? .null }

    @Sendable private static func read(_ row: RowReader) throws -> Workflow {
        Workflow(
            id: row.id(), company: row.id(), organization: row.id(), project: row.id(), name: row.text(),
            slug: row.text(), description: row.text(), labels: Label.dictionary(try row.object()),
            version: Int(row.integer()), status: try row.named(),
            deployedVersion: row.optionalInteger().map { Int($0) }, createdBy: row.id(), updatedBy: row.id(),
            revision: row.integer(), createdAt: row.time(), updatedAt: row.time())
    }
}
