import WorkflowCore
import WorkflowStore

/// The rows of sign-ins at providers: states that have come back, and codes that are to be exchanged for tokens.
enum SignOnTable {
    private static let stateInsertion = SQLStatement(
        "INSERT INTO platform_sign_on_states (hash, expires_at) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING")
    private static let expiredStates = SQLStatement("DELETE FROM platform_sign_on_states WHERE expires_at < ?")
    private static let codeInsertion = SQLStatement(
        """
        INSERT INTO platform_sign_on_codes (hash, user_id, provider, company_id, challenge, expires_at)
            VALUES (?, ?, ?, ?, ?, ?)
        """)
    private static let code = SQLStatement(
        """
        SELECT user_id, provider, company_id, challenge FROM platform_sign_on_codes WHERE hash = ? AND expires_at > ?
        """)
    private static let codeDeletion = SQLStatement("DELETE FROM platform_sign_on_codes WHERE hash = ?")
    private static let codesOfProvider = SQLStatement("DELETE FROM platform_sign_on_codes WHERE provider = ?")
    private static let expiredCodes = SQLStatement("DELETE FROM platform_sign_on_codes WHERE expires_at < ?")

    /// What a code stands for.
    struct Code: Sendable {
        let user: ID<User>
        let origin: SessionOrigin
        /// The digest of what only the client knows that began the sign-in; `nil` when it has said nothing.
        let challenge: String?
    }

    /// Notes that a state has come back.
    ///
    /// - Returns: `false` when it had before.
    static func use(stateHash: String, until end: Timestamp, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(stateInsertion, [.text(stateHash), .time(end)]) == 1
    }

    /// Adds a code, of which only the hash is kept.
    static func insert(
        codeHash: String, _ code: Code, until end: Timestamp, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            codeInsertion,
            [
                .text(codeHash), .id(code.user), .text(code.origin.provider), .optional(code.origin.company),
                .optional(code.challenge), .time(end),
            ])
    }

    /// A code that works.
    static func find(codeHash: String, now: Timestamp, _ connection: any SQLConnection) throws -> Code? {
        try connection.first(code, [.text(codeHash), .time(now)]) { row in
            Code(
                user: row.id(), origin: SessionOrigin(provider: row.text(), company: row.optionalID()),
                challenge: row.optionalText())
        }
    }

    /// Uses a code up.
    ///
    /// - Returns: `false` when somebody else was quicker.
    static func use(codeHash: String, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(codeDeletion, [.text(codeHash)]) == 1
    }

    /// Forgets the codes of sign-ins at a provider.
    static func deleteCodes(of provider: ID<IdentityProvider>, _ connection: any SQLConnection) throws {
        try connection.execute(codesOfProvider, [.id(provider)])
    }

    /// Forgets what does not work any more.
    static func forget(before time: Timestamp, _ connection: any SQLConnection) throws {
        try connection.execute(expiredStates, [.time(time)])
        try connection.execute(expiredCodes, [.time(time)])
    }
}
