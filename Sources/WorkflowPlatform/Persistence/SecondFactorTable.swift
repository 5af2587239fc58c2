import WorkflowStore

/// The columns and rows of second factors.
enum SecondFactorTable {
    /// What is known of somebody's second factor.
    struct Record: Sendable {
        /// The encrypted secret.
        let sealed: String
        let isConfirmed: Bool
        /// The last period of which a code was used.
        let lastStep: Int64
    }

    private static let selection = SQLStatement(
        "SELECT totp_secret, totp_confirmed, totp_last_step FROM platform_users WHERE id = ?")
    private static let beginning = SQLStatement(
        "UPDATE platform_users SET totp_secret = ?, totp_confirmed = 0, totp_last_step = 0 WHERE id = ?")
    private static let confirmation = SQLStatement("UPDATE platform_users SET totp_confirmed = 1 WHERE id = ?")
    private static let removal = SQLStatement(
        "UPDATE platform_users SET totp_secret = NULL, totp_confirmed = 0, totp_last_step = 0 WHERE id = ?")
    private static let usage = SQLStatement(
        "UPDATE platform_users SET totp_last_step = ? WHERE id = ? AND totp_last_step < ?")
    private static let insertion = SQLStatement(
        "INSERT INTO platform_recovery_codes (hash, user_id) VALUES (?, ?)")
    private static let deletion = SQLStatement(
        "DELETE FROM platform_recovery_codes WHERE hash = ? AND user_id = ?")
    private static let deletionOfAll = SQLStatement("DELETE FROM platform_recovery_codes WHERE user_id = ?")

    static func find(_ user: ID<User>, _ connection: any SQLConnection) throws -> Record? {
        let record: Record?? = try connection.first(selection, [.id(user)]) { row in
            guard let sealed = row.optionalText() else { return nil }
            return Record(sealed: sealed, isConfirmed: row.flag(), lastStep: row.integer())
        }
        return record ?? nil
    }

    /// Keeps a secret that is not asked for until it is confirmed.
    static func begin(_ sealed: String, of user: ID<User>, _ connection: any SQLConnection) throws {
        try connection.execute(beginning, [.text(sealed), .id(user)])
    }

    /// From now on codes are asked for.
    static func confirm(_ user: ID<User>, codeHashes: [String], _ connection: any SQLConnection) throws {
        try connection.execute(confirmation, [.id(user)])
        try connection.execute(deletionOfAll, [.id(user)])
        for hash in codeHashes { try connection.execute(insertion, [.text(hash), .id(user)]) }
    }

    static func remove(_ user: ID<User>, _ connection: any SQLConnection) throws {
        try connection.execute(removal, [.id(user)])
        try connection.execute(deletionOfAll, [.id(user)])
    }

    /// Notes that the code of a period was used.
    ///
    /// - Returns: `false` when one of that period or a later one was used before.
    static func use(_ step: Int64, of user: ID<User>, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(usage, [.integer(step), .id(user), .integer(step)]) == 1
    }

    /// Uses a recovery code up.
    ///
    /// - Returns: Whether there was one.
    static func use(codeHash: String, of user: ID<User>, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(deletion, [.text(codeHash), .id(user)]) == 1
    }
}
