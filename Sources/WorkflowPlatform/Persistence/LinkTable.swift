import WorkflowCore
import WorkflowStore

/// The rows of links.
enum LinkTable {
    private static let columns = "id, company_id, source_id, target_id, pattern, config, created_by, created_at"
    private static let insertion = SQLStatement(
        "INSERT INTO platform_workflow_links (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    private static let byID = SQLStatement("SELECT \(columns) FROM platform_workflow_links WHERE id = ?")
    private static let bySource = SQLStatement(
        "SELECT \(columns) FROM platform_workflow_links WHERE source_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
    private static let byTarget = SQLStatement(
        "SELECT \(columns) FROM platform_workflow_links WHERE target_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
    private static let every = SQLStatement(
        "SELECT \(columns) FROM platform_workflow_links WHERE id > ? ORDER BY id LIMIT ?")
    private static let edges = SQLStatement(
        "SELECT source_id, target_id FROM platform_workflow_links WHERE company_id = ?")
    private static let deletion = SQLStatement("DELETE FROM platform_workflow_links WHERE id = ?")

    /// Adds a link.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when there is one like it.
    static func insert(_ link: WorkflowLink, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(link.id), .id(link.company), .id(link.source), .id(link.target), .text(link.pattern.text),
                .object(link.settings.json), .id(link.createdBy), .time(link.createdAt),
            ])
    }

    static func find(_ id: ID<WorkflowLink>, _ connection: any SQLConnection) throws -> WorkflowLink? {
        try connection.first(byID, [.id(id)], read)
    }

    /// The links that begin or end at a workflow, newest first.
    static func list(
        of workflow: ID<Workflow>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<WorkflowLink> {
        let arguments: [SQLValue] = [.id(workflow), .text(page.cursor.key), .integer(Int64(page.limit + 1))]
        let found = try connection.all(bySource, arguments, read) + connection.all(byTarget, arguments, read)
        let newest = found.sorted { $0.id > $1.id }.prefix(page.limit + 1)
        return Page(Array(newest), limit: page.limit) { $0.id.text }
    }

    /// All links of all companies, a part at a time, in the order of their identifiers.
    static func list(after id: String, limit: Int, _ connection: any SQLConnection) throws -> [WorkflowLink] {
        try connection.all(every, [.text(id), .integer(Int64(limit))], read)
    }

    /// Which workflows of a company lead to which.
    static func edges(
        of company: ID<Company>, _ connection: any SQLConnection
    ) throws -> [(source: ID<Workflow>, target: ID<Workflow>)] {
        try connection.all(edges, [.id(company)]) { (source: $0.id(), target: $0.id()) }
    }

    /// Removes a link with what it has not delivered.
    static func delete(_ id: ID<WorkflowLink>, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(id)])
    }

    private static func read(_ row: RowReader) throws -> WorkflowLink {
        let (id, company, source, target): (ID<WorkflowLink>, ID<Company>, ID<Workflow>, ID<Workflow>) =
            (row.id(), row.id(), row.id(), row.id())
        guard let pattern = EventTypePattern(row.text()), let settings = LinkSettings(try row.object()) else {
            throw SQLError(.corrupted, "the link \(id) cannot be read")
        }
        return WorkflowLink(
            id: id, company: company, source: source, target: target, pattern: pattern, settings: settings,
            createdBy: row.id(), createdAt: row.time())
    }
}
