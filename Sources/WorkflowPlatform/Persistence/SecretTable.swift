import WorkflowCore
import WorkflowStore

/// The rows of secrets and of the keys that they are encrypted with.
enum SecretTable {
    private static let keyInsertion = SQLStatement(
        """
        INSERT INTO platform_data_keys (company_id, sealed, created_at) VALUES (?, ?, ?)
            ON CONFLICT (company_id) DO NOTHING
        """)
    private static let key = SQLStatement("SELECT sealed FROM platform_data_keys WHERE company_id = ?")
    private static let saving = SQLStatement(
        """
        INSERT INTO platform_workflow_secrets
            (workflow_id, name, sealed, revision, updated_by, created_at, updated_at) VALUES (?, ?, ?, 1, ?, ?, ?)
            ON CONFLICT (workflow_id, name) DO UPDATE SET sealed = excluded.sealed,
            revision = platform_workflow_secrets.revision + 1, updated_by = excluded.updated_by,
            updated_at = excluded.updated_at
        """)
    private static let columns = "name, revision, updated_by, created_at, updated_at"
    private static let one = SQLStatement(
        "SELECT \(columns) FROM platform_workflow_secrets WHERE workflow_id = ? AND name = ?")
    private static let ofWorkflow = SQLStatement(
        """
        SELECT \(columns) FROM platform_workflow_secrets WHERE workflow_id = ? AND name < ?
            ORDER BY name DESC LIMIT ?
        """)
    private static let countOfWorkflow = SQLStatement(
        "SELECT COUNT(*) FROM platform_workflow_secrets WHERE workflow_id = ?")
    private static let sealed = SQLStatement(
        "SELECT name, sealed FROM platform_workflow_secrets WHERE workflow_id = ?")
    private static let deletion = SQLStatement(
        "DELETE FROM platform_workflow_secrets WHERE workflow_id = ? AND name = ?")

    /// The encrypted key of a company, which becomes `fresh` when there is none.
    static func key(
        of company: ID<Company>, orElse fresh: String, now: Timestamp, _ connection: any SQLConnection
    ) throws -> String {
        try connection.execute(keyInsertion, [.id(company), .text(fresh), .time(now)])
        return try key(of: company, connection) ?? fresh
    }

    /// The encrypted key of a company.
    static func key(of company: ID<Company>, _ connection: any SQLConnection) throws -> String? {
        try connection.first(key, [.id(company)]) { $0.text() }
    }

    /// Sets a secret.
    static func save(
        _ name: String, of workflow: ID<Workflow>, sealed: String, by user: ID<User>, now: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            saving, [.id(workflow), .text(name), .text(sealed), .id(user), .time(now), .time(now)])
    }

    static func find(
        _ name: String, of workflow: ID<Workflow>, _ connection: any SQLConnection
    ) throws -> WorkflowSecret? {
        try connection.first(one, [.id(workflow), .text(name)], read)
    }

    /// The secrets of a workflow, backwards by name.
    static func list(
        of workflow: ID<Workflow>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<WorkflowSecret> {
        let found = try connection.all(
            ofWorkflow, [.id(workflow), .text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit, total: try count(of: workflow, connection)) { $0.name }
    }

    static func count(of workflow: ID<Workflow>, _ connection: any SQLConnection) throws -> Int {
        try connection.count(countOfWorkflow, [.id(workflow)])
    }

    /// The encrypted values of all secrets of a workflow, by name.
    static func sealed(
        of workflow: ID<Workflow>, _ connection: any SQLConnection
    ) throws -> [(name: String, sealed: String)] {
        try connection.all(sealed, [.id(workflow)]) { (name: $0.text(), sealed: $0.text()) }
    }

    static func delete(_ name: String, of workflow: ID<Workflow>, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(workflow), .text(name)])
    }

    private static func read(_ row: RowReader) -> WorkflowSecret {
        WorkflowSecret(
            name: row.text(), revision: row.integer(), updatedBy: row.id(), createdAt: row.time(),
            updatedAt: row.time())
    }
}
