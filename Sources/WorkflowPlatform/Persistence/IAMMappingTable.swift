import WorkflowCore
import WorkflowStore

/// The rows of the roles that identities of providers have.
enum IAMMappingTable {
    private static let columns = """
        id, provider_id, company_id, external_identifier, resource_type, resource_id, role, created_by, created_at
        """
    private static let insertion = SQLStatement(
        "INSERT INTO platform_iam_mappings (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    private static let byID = SQLStatement("SELECT \(columns) FROM platform_iam_mappings WHERE id = ?")
    private static let ofProvider = SQLStatement(
        "SELECT \(columns) FROM platform_iam_mappings WHERE provider_id = ? AND id < ? ORDER BY id DESC LIMIT ?")
    private static let countOfProvider = SQLStatement(
        "SELECT COUNT(*) FROM platform_iam_mappings WHERE provider_id = ?")
    private static let ofIdentity = SQLStatement(
        "SELECT \(columns) FROM platform_iam_mappings WHERE provider_id = ? AND external_identifier = ?")
    private static let roles = SQLStatement(
        "SELECT DISTINCT role FROM platform_iam_mappings WHERE provider_id = ?")
    private static let deletion = SQLStatement("DELETE FROM platform_iam_mappings WHERE id = ?")

    /// Adds a mapping.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when the identity has a role on the thing.
    static func insert(_ mapping: IAMMapping, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(mapping.id), .id(mapping.provider), .id(mapping.company), .text(mapping.identity),
                .text(mapping.level.rawValue), .text(mapping.resource), .text(mapping.role.rawValue),
                .id(mapping.createdBy), .time(mapping.createdAt),
            ])
    }

    static func find(_ id: ID<IAMMapping>, _ connection: any SQLConnection) throws -> IAMMapping? {
        try connection.first(byID, [.id(id)], read)
    }

    /// The mappings of a provider, newest first.
    static func list(
        of provider: ID<IAMProvider>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<IAMMapping> {
        let found = try connection.all(
            ofProvider, [.id(provider), .text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit, total: try count(of: provider, connection)) { $0.id.text }
    }

    static func count(of provider: ID<IAMProvider>, _ connection: any SQLConnection) throws -> Int {
        try connection.count(countOfProvider, [.id(provider)])
    }

    /// The roles that a provider gives to anybody.
    static func roles(of provider: ID<IAMProvider>, _ connection: any SQLConnection) throws -> [Role] {
        try connection.all(roles, [.id(provider)]) { try $0.named(Role.self) }
    }

    /// The roles that identities have together.
    static func grants(
        _ identities: [String], of provider: ID<IAMProvider>, _ connection: any SQLConnection
    ) throws -> [Grant] {
        try identities.flatMap { identity in
            try connection.all(ofIdentity, [.id(provider), .text(identity)]) { row in
                let mapping = try read(row)
                return Grant(
                    company: mapping.company, level: mapping.level, resource: mapping.resource, role: mapping.role)
            }
        }
    }

    static func delete(_ id: ID<IAMMapping>, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(id)])
    }

    private static func read(_ row: RowReader) throws -> IAMMapping {
        IAMMapping(
            id: row.id(), provider: row.id(), company: row.id(), identity: row.text(), level: try row.named(),
            resource: row.text(), role: try row.named(), createdBy: row.id(), createdAt: row.time())
    }
}
