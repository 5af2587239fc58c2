import WorkflowCore
import WorkflowStore

/// The rows of memberships.
enum MembershipTable {
    private static let columns = "id, user_id, company_id, level, resource_id, role, revision, created_at, updated_at"
    private static let insertion = SQLStatement(
        "INSERT INTO platform_memberships (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    private static let ofUser = SQLStatement(
        "SELECT company_id, level, resource_id, role FROM platform_memberships WHERE user_id = ?")
    private static let one = SQLStatement(
        "SELECT \(columns) FROM platform_memberships WHERE user_id = ? AND resource_id = ?")
    private static let ofResource = SQLStatement(
        """
        SELECT m.id, m.user_id, m.company_id, m.level, m.resource_id, m.role, m.revision, m.created_at, m.updated_at,
            u.email, u.display_name, u.kind
            FROM platform_memberships m JOIN platform_users u ON u.id = m.user_id
            WHERE m.resource_id = ? AND m.id < ? ORDER BY m.id DESC LIMIT ?
        """)
    private static let countOfResource = SQLStatement(
        "SELECT COUNT(*) FROM platform_memberships WHERE resource_id = ?")
    private static let change = SQLStatement(
        "UPDATE platform_memberships SET role = ?, revision = ?, updated_at = ? WHERE id = ? AND revision = ?")
    private static let deletion = SQLStatement("DELETE FROM platform_memberships WHERE id = ?")
    private static let everywhere = SQLStatement(
        "DELETE FROM platform_memberships WHERE user_id = ? AND company_id = ?")
    private static let otherOwners = SQLStatement(
        """
        SELECT COUNT(*) FROM platform_memberships m JOIN platform_users u ON u.id = m.user_id
            WHERE m.resource_id = ? AND m.role = 'owner' AND m.user_id <> ? AND u.active = 1 AND u.kind = 'person'
        """)

    /// Adds a membership.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when the user has a role there.
    static func insert(_ membership: Membership, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(membership.id), .id(membership.user), .id(membership.company),
                .text(membership.level.rawValue), .text(membership.resource), .text(membership.role.rawValue),
                .integer(membership.revision), .time(membership.createdAt), .time(membership.updatedAt),
            ])
    }

    /// All roles of somebody.
    static func grants(of user: ID<User>, _ connection: any SQLConnection) throws -> [Grant] {
        try connection.all(ofUser, [.id(user)]) { row in
            Grant(company: row.id(), level: try row.named(), resource: row.text(), role: try row.named())
        }
    }

    /// The role of somebody on exactly one thing.
    static func find(
        _ user: ID<User>, on resource: String, _ connection: any SQLConnection
    ) throws -> Membership? {
        try connection.first(one, [.id(user), .text(resource)], read)
    }

    /// Who has a role on exactly one thing, newest first.
    static func list(
        on resource: String, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Member> {
        let found = try connection.all(
            ofResource, [.text(resource), .text(page.cursor.key), .integer(Int64(page.limit + 1))]
        ) { row in
            Member(
                membership: try read(row), email: row.text(), displayName: row.text(), kind: try row.named())
        }
        let total = try connection.count(countOfResource, [.text(resource)])
        return Page(found, limit: page.limit, total: total) { $0.membership.id.text }
    }

    /// Saves a membership, whose revision is one more than that in the table.
    ///
    /// - Returns: Whether nobody else has changed it in between.
    static func update(_ membership: Membership, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(
            change,
            [
                .text(membership.role.rawValue), .integer(membership.revision), .time(membership.updatedAt),
                .id(membership.id), .integer(membership.revision - 1),
            ]) == 1
    }

    /// Takes a role away.
    static func delete(_ id: ID<Membership>, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(id)])
    }

    /// Takes away all roles that somebody has in a company.
    static func deleteAll(of user: ID<User>, in company: ID<Company>, _ connection: any SQLConnection) throws {
        try connection.execute(everywhere, [.id(user), .id(company)])
    }

    /// Whether a company has an owner who can sign in besides somebody.
    static func hasOwner(
        _ company: ID<Company>, besides user: ID<User>, _ connection: any SQLConnection
    ) throws -> Bool {
        try connection.count(otherOwners, [.id(company), .id(user)]) > 0
    }

    private static func read(_ row: RowReader) throws -> Membership {
        Membership(
            id: row.id(), user: row.id(), company: row.id(), level: try row.named(), resource: row.text(),
            role: try row.named(), revision: row.integer(), createdAt: row.time(), updatedAt: row.time())
    }
}
