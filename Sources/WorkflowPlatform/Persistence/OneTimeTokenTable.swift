import WorkflowCore
import WorkflowStore

/// The rows of tokens that are sent by e-mail and work once.
enum OneTimeTokenTable {
    /// What a token is for.
    enum Purpose: String {
        case verifyEmail = "verify-email"
        case resetPassword = "reset-password"
    }

    private static let earlier = SQLStatement(
        "DELETE FROM platform_one_time_tokens WHERE user_id = ? AND purpose = ?")
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_one_time_tokens (hash, purpose, user_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
        """)
    private static let owner = SQLStatement(
        "SELECT user_id FROM platform_one_time_tokens WHERE hash = ? AND purpose = ? AND expires_at > ?")
    private static let deletion = SQLStatement("DELETE FROM platform_one_time_tokens WHERE hash = ?")
    private static let expired = SQLStatement("DELETE FROM platform_one_time_tokens WHERE expires_at < ?")

    /// Adds a token, of which only the hash is kept; earlier ones for the same purpose do not work any more.
    static func insert(
        hash: String, _ purpose: Purpose, for user: ID<User>, now: Timestamp, lifetime: Duration,
        _ connection: any SQLConnection
    ) throws {
        try connection.execute(earlier, [.id(user), .text(purpose.rawValue)])
        try connection.execute(
            insertion,
            [
                .text(hash), .text(purpose.rawValue), .id(user), .time(now), .time(now.advanced(by: lifetime)),
            ])
    }

    /// Uses a token up.
    ///
    /// - Returns: Whose it was; `nil` when it does not work.
    static func use(
        hash: String, _ purpose: Purpose, now: Timestamp, _ connection: any SQLConnection
    ) throws -> ID<User>? {
        guard
            let user: ID<User> = try connection.first(
                owner, [.text(hash), .text(purpose.rawValue), .time(now)], { $0.id() }),
            // Of two that come at once, one deletes it.
            try connection.execute(deletion, [.text(hash)]) == 1
        else { return nil }
        return user
    }

    /// Forgets tokens that do not work any more.
    static func forget(before time: Timestamp, _ connection: any SQLConnection) throws -> Int {
        try connection.execute(expired, [.time(time)])
    }
}
