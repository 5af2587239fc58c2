import WorkflowCore
import WorkflowStore

/// An account that waits for its address to be confirmed.
struct Registration: Sendable {
    let email: String
    let displayName: String
    let passwordHash: String
}

/// The rows of accounts that wait for their addresses to be confirmed.
enum RegistrationTable {
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_registrations (hash, email, email_key, display_name, password_hash, expires_at)
            VALUES (?, ?, ?, ?, ?, ?)
        """)
    private static let byHash = SQLStatement(
        "SELECT email, display_name, password_hash FROM platform_registrations WHERE hash = ? AND expires_at > ?")
    private static let ofEmail = SQLStatement("DELETE FROM platform_registrations WHERE email_key = ?")
    private static let expired = SQLStatement("DELETE FROM platform_registrations WHERE expires_at < ?")

    /// Adds one, of whose token only the hash is kept.
    static func insert(
        hash: String, _ registration: Registration, until end: Timestamp, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            insertion,
            [
                .text(hash), .text(registration.email), .text(UserTable.key(registration.email)),
                .text(registration.displayName), .text(registration.passwordHash), .time(end),
            ])
    }

    /// Uses a token up, and all others for the same address.
    ///
    /// - Returns: `nil` when it does not work.
    static func use(hash: String, now: Timestamp, _ connection: any SQLConnection) throws -> Registration? {
        let found = try connection.first(byHash, [.text(hash), .time(now)]) { row in
            Registration(email: row.text(), displayName: row.text(), passwordHash: row.text())
        }
        // Of two that come at once, one deletes it.
        guard let found, try connection.execute(ofEmail, [.text(UserTable.key(found.email))]) > 0 else { return nil }
        return found
    }

    /// Forgets those whose tokens do not work any more.
    static func forget(before time: Timestamp, _ connection: any SQLConnection) throws -> Int {
        try connection.execute(expired, [.time(time)])
    }
}
