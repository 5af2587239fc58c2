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
        INSERT INTO platform_secrets
            (workflow_id, environment, name, sealed, revision, updated_by, created_at, updated_at)
            VALUES (?, ?, ?, ?, 1, ?, ?, ?)
            ON CONFLICT (workflow_id, environment, name) DO UPDATE SET sealed = excluded.sealed,
            revision = platform_secrets.revision + 1, updated_by = excluded.updated_by,
            updated_at = excluded.updated_at
        """)
    private static let columns = "name, revision, updated_by, created_at, updated_at"
    private static let one = SQLStatement(
        "SELECT \(columns) FROM platform_secrets WHERE workflow_id = ? AND environment = ? AND name = ?")
    private static let ofWorkflow = SQLStatement(
        """
        SELECT \(columns) FROM platform_secrets WHERE workflow_id = ? AND environment = ? AND name < ?
            ORDER BY name DESC LIMIT ?
        """)
    private static let countOfWorkflow = SQLStatement(
        "SELECT COUNT(*) FROM platform_secrets WHERE workflow_id = ? AND environment = ?")
    private static let sealed = SQLStatement(
        "SELECT name, sealed FROM platform_secrets WHERE workflow_id = ? AND environment = ?")
    private static let emptying = SQLStatement(
        "DELETE FROM platform_secrets WHERE workflow_id = ? AND environment = ?")
    private static let deletion = SQLStatement(
        "DELETE FROM platform_secrets WHERE workflow_id = ? AND environment = ? AND name = ?")

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
        _ name: String, of key: DeploymentKey, sealed: String, by user: ID<User>, now: Timestamp,
        _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            saving, arguments(key) + [.text(name), .text(sealed), .id(user), .time(now), .time(now)])
    }

    static func find(
        _ name: String, of key: DeploymentKey, _ connection: any SQLConnection
    ) throws -> WorkflowSecret? {
        try connection.first(one, arguments(key) + [.text(name)], read)
    }

    /// The secrets of a workflow in an environment, backwards by name.
    static func list(
        of key: DeploymentKey, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<WorkflowSecret> {
        let found = try connection.all(
            ofWorkflow, arguments(key) + [.text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit, total: try count(of: key, connection)) { $0.name }
    }

    static func count(of key: DeploymentKey, _ connection: any SQLConnection) throws -> Int {
        try connection.count(countOfWorkflow, arguments(key))
    }

    /// The encrypted values of all secrets of a workflow in an environment, by name.
    static func sealed(
        of key: DeploymentKey, _ connection: any SQLConnection
    ) throws -> [(name: String, sealed: String)] {
        try connection.all(sealed, arguments(key)) { (name: $0.text(), sealed: $0.text()) }
    }

    /// Removes all secrets of a workflow in an environment.
    static func deleteAll(of key: DeploymentKey, _ connection: any SQLConnection) throws {
        try connection.execute(emptying, arguments(key))
    }

    static func delete(_ name: String, of key: DeploymentKey, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, arguments(key) + [.text(name)])
    }

    private static func arguments(_ key: DeploymentKey) -> [SQLValue] {
        [.id(key.workflow), .text(key.environment.text)]
    }

    private static func read(_ row: RowReader) -> WorkflowSecret {
        WorkflowSecret(
            name: row.text(), revision: row.integer(), updatedBy: row.id(), createdAt: row.time(),
            updatedAt: row.time())
    }
}
