import WorkflowCore
import WorkflowStore

/// The rows of invitations.
enum InvitationTable {
    private static let columns =
        """
        id, company_id, level, resource_id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at
        """
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_invitations
            (id, company_id, level, resource_id, email, role, invited_by, created_at, expires_at, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let byHash = SQLStatement(
        """
        SELECT \(columns) FROM platform_invitations
            WHERE hash = ? AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ?
        """)
    private static let open = SQLStatement(
        """
        SELECT \(columns) FROM platform_invitations WHERE company_id = ? AND id < ?
            AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ? ORDER BY id DESC LIMIT ?
        """)
    private static let byID = SQLStatement(
        "SELECT \(columns) FROM platform_invitations WHERE id = ? AND company_id = ? AND accepted_at IS NULL")
    private static let acceptance = SQLStatement(
        """
        UPDATE platform_invitations SET accepted_at = ? WHERE id = ? AND accepted_at IS NULL AND revoked_at IS NULL
        """)
    private static let ofAddress = SQLStatement("DELETE FROM platform_invitations WHERE email = ?")
    private static let revocation = SQLStatement(
        """
        UPDATE platform_invitations SET revoked_at = ? WHERE id = ? AND accepted_at IS NULL AND revoked_at IS NULL
        """)

    /// Adds an invitation; of its token only the hash is kept.
    static func insert(_ invitation: Invitation, hash: String, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(invitation.id), .id(invitation.company), .text(invitation.level.rawValue),
                .text(invitation.resource), .text(invitation.email), .text(invitation.role.rawValue),
                .id(invitation.invitedBy), .time(invitation.createdAt), .time(invitation.expiresAt), .text(hash),
            ])
    }

    /// An invitation that can be accepted.
    static func find(hash: String, now: Timestamp, _ connection: any SQLConnection) throws -> Invitation? {
        try connection.first(byHash, [.text(hash), .time(now)], read)
    }

    static func find(
        _ id: ID<Invitation>, in company: ID<Company>, _ connection: any SQLConnection
    ) throws -> Invitation? {
        try connection.first(byID, [.id(id), .id(company)], read)
    }

    /// The invitations of a company that can be accepted, newest first.
    static func list(
        of company: ID<Company>, _ page: PageRequest, now: Timestamp, _ connection: any SQLConnection
    ) throws -> Page<Invitation> {
        let found = try connection.all(
            open, [.id(company), .text(page.cursor.key), .time(now), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit) { $0.id.text }
    }

    /// Marks an invitation as accepted.
    ///
    /// - Returns: Whether it could be.
    static func accept(_ id: ID<Invitation>, at now: Timestamp, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(acceptance, [.time(now), .id(id)]) == 1
    }

    /// Withdraws an invitation.
    ///
    /// - Returns: Whether it could be.
    static func revoke(_ id: ID<Invitation>, at now: Timestamp, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(revocation, [.time(now), .id(id)]) == 1
    }

    /// Removes all invitations that were sent to an address.
    static func deleteAll(for email: String, _ connection: any SQLConnection) throws {
        try connection.execute(ofAddress, [.text(email)])
    }

    private static func read(_ row: RowReader) throws -> Invitation {
        Invitation(
            id: row.id(), company: row.id(), level: try row.named(), resource: row.text(), email: row.text(),
            role: try row.named(), invitedBy: row.id(), createdAt: row.time(), expiresAt: row.time(),
            acceptedAt: row.optionalTime(), revokedAt: row.optionalTime())
    }
}
