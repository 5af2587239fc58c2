import WorkflowCore
import WorkflowStore

/// The rows of users.
enum UserTable {
    private static let columns =
        """
        id, kind, company_id, email, email_verified, display_name, avatar_url, active, totp_confirmed, revision, \
        created_at, updated_at, last_login_at
        """
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_users (\(columns), email_key, password_hash, totp_last_step)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
        """)
    private static let byID = SQLStatement("SELECT \(columns) FROM platform_users WHERE id = ?")
    private static let byEmail = SQLStatement(
        "SELECT \(columns), password_hash FROM platform_users WHERE email_key = ?")
    private static let hashByID = SQLStatement("SELECT password_hash FROM platform_users WHERE id = ?")
    private static let locking = SQLStatement("UPDATE platform_users SET active = active WHERE id = ?")
    private static let people = SQLStatement(
        "SELECT COUNT(*) FROM (SELECT 1 FROM platform_users WHERE email_key IS NOT NULL LIMIT 1) AS people")
    private static let ofCompany = SQLStatement(
        """
        SELECT \(columns) FROM platform_users WHERE company_id = ? AND kind = 'service' AND id < ?
            ORDER BY id DESC LIMIT ?
        """)
    private static let change = SQLStatement(
        """
        UPDATE platform_users SET email_verified = ?, display_name = ?, avatar_url = ?, active = ?, revision = ?,
            updated_at = ?, last_login_at = ? WHERE id = ? AND revision = ?
        """)
    private static let newHash = SQLStatement("UPDATE platform_users SET password_hash = ? WHERE id = ?")
    private static let login = SQLStatement(
        "UPDATE platform_users SET last_login_at = ? WHERE id = ? AND active = 1")
    private static let deletion = SQLStatement("DELETE FROM platform_users WHERE id = ?")

    /// Under what an e-mail address is looked up: letters count as the same in upper and lower case, but none outside
    /// ASCII as one in it, such as the sign for kelvin as a `k`.
    static func key(_ email: String) -> String {
        email.unicodeScalars.map { scalar in
            let lower = scalar.properties.lowercaseMapping
            return scalar.isASCII || !lower.unicodeScalars.contains(where: \.isASCII) ? lower : String(scalar)
        }.joined()
    }

    /// Adds a user.
    ///
    /// - Throws: ``SQLError`` `.uniqueViolation` when the e-mail address is taken.
    static func insert(_ user: User, passwordHash: String?, _ connection: any SQLConnection) throws {
        try connection.execute(
            insertion,
            [
                .id(user.id), .text(user.kind.rawValue), .optional(user.company), .text(user.email),
                .flag(user.isEmailVerified), .text(user.displayName), .text(user.avatarURL), .flag(user.isActive),
                .flag(user.hasSecondFactor), .integer(user.revision), .time(user.createdAt),
                .time(user.updatedAt), .optional(user.lastLoginAt),
                user.kind == .person ? .text(key(user.email)) : .null, .optional(passwordHash),
            ])
    }

    static func find(_ id: ID<User>, _ connection: any SQLConnection) throws -> User? {
        try connection.first(byID, [.id(id)], read)
    }

    /// What users are called, as far as there are such.
    static func names(of users: Set<ID<User>>, _ connection: any SQLConnection) throws -> [ID<User>: String] {
        var names: [ID<User>: String] = [:]
        for user in users { names[user] = try find(user, connection)?.displayName }
        return names
    }

    /// The person with an e-mail address, and the hash of their password.
    static func find(
        email: String, _ connection: any SQLConnection
    ) throws -> (user: User, passwordHash: String?)? {
        try connection.first(byEmail, [.text(key(email))]) { (try read($0), $0.optionalText()) }
    }

    /// The hash of somebody's password.
    static func passwordHash(_ id: ID<User>, _ connection: any SQLConnection) throws -> String? {
        try connection.first(hashByID, [.id(id)]) { $0.optionalText() } ?? nil
    }

    /// Keeps a user from being changed by anybody else until the transaction ends.
    ///
    /// - Returns: The user as they are now; `nil` when they have been removed.
    static func lock(_ id: ID<User>, _ connection: any SQLConnection) throws -> User? {
        try connection.execute(locking, [.id(id)])
        return try find(id, connection)
    }

    /// Whether there is any person.
    static func hasPeople(_ connection: any SQLConnection) throws -> Bool {
        try connection.count(people, []) > 0
    }

    /// The programs of a company, newest first.
    static func programs(
        of company: ID<Company>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<User> {
        let found = try connection.all(
            ofCompany, [.id(company), .text(page.cursor.key), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit) { $0.id.text }
    }

    /// Saves a user, whose revision is one more than that in the table.
    ///
    /// - Returns: Whether nobody else has changed them in between.
    static func update(_ user: User, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(
            change,
            [
                .flag(user.isEmailVerified), .text(user.displayName), .text(user.avatarURL), .flag(user.isActive),
                .integer(user.revision), .time(user.updatedAt), .optional(user.lastLoginAt), .id(user.id),
                .integer(user.revision - 1),
            ]) == 1
    }

    static func setPasswordHash(_ hash: String, of id: ID<User>, _ connection: any SQLConnection) throws {
        try connection.execute(newHash, [.text(hash), .id(id)])
    }

    /// Notes when somebody has signed in.
    ///
    /// - Returns: Whether they may: they are there, and active.
    static func noteLogin(of id: ID<User>, at time: Timestamp, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(login, [.time(time), .id(id)]) == 1
    }

    static func delete(_ id: ID<User>, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(id)])
    }

    private static func read(_ row: RowReader) throws -> User {
        User(
            id: row.id(), kind: try row.named(), company: row.optionalID(), email: row.text(),
            isEmailVerified: row.flag(), displayName: row.text(), avatarURL: row.text(), isActive: row.flag(),
            hasSecondFactor: row.flag(), revision: row.integer(), createdAt: row.time(), updatedAt: row.time(),
            lastLoginAt: row.optionalTime())
    }
}
