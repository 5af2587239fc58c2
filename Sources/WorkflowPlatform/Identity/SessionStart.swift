import WorkflowCore
import WorkflowStore

/// Begins sessions and makes the tokens that belong to them.
enum SessionStart {
    /// A session that has begun, and its refresh token.
    struct Begun: Sendable {
        let session: ID<Session>
        let user: ID<User>
        let refreshToken: String
    }

    /// Begins a session in the transaction of the sign-in.
    ///
    /// - Parameter origin: Who vouches for it, unless a password does.
    static func begin(
        _ user: ID<User>, _ call: APICall, _ connection: any SQLConnection, by origin: SessionOrigin? = nil
    ) throws -> Begun {
        let (services, now, client) = (call.services, call.now, call.origin)
        let lifetime =
            origin?.company == nil
            ? services.configuration.sessionLifetime : services.signOn.configuration.companySessionLifetime
        let session = Session(
            id: services.newID(), user: user, address: client.address, userAgent: client.userAgent, createdAt: now,
            lastUsedAt: now, expiresAt: now.advanced(by: lifetime), origin: origin)
        let token = services.secrets.make(.refresh)
        try SessionTable.insert(session, connection)
        try SessionTable.insert(tokenHash: SecretTokens.hash(token), session: session.id, now: now, connection)
        return Begun(session: session.id, user: user, refreshToken: token)
    }

    /// The tokens of a session, for the client.
    static func tokens(_ begun: Begun, _ call: APICall) async throws -> JSONObject {
        let token = try await call.services.accessTokens.make(user: begun.user, session: begun.session, now: call.now)
        return [
            "access_token": .string(token), "refresh_token": .string(begun.refreshToken), "token_type": "Bearer",
            "expires_in": .integer(call.services.configuration.accessTokenLifetime.wholeMilliseconds / 1000),
        ]
    }
}

extension AuditLog {
    /// In how many companies a security event of a user is put on record at most.
    private static let mostCompanies = 20

    /// Puts a security event of a user on record in each of their companies, else in the chain of the platform.
    func append(
        _ event: AuditEvent, ofUser user: ID<User>, now: Timestamp, _ connection: any SQLConnection
    ) throws {
        let companies = Set(try MembershipTable.grants(of: user, connection).map(\.company)).sorted()
        if companies.isEmpty { try append(event, to: nil, now: now, connection) }
        // In one order everywhere, so that two transactions never wait for each other.
        for company in companies.prefix(Self.mostCompanies) { try append(event, to: company, now: now, connection) }
    }
}
