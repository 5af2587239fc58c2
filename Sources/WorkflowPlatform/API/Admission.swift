import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Who makes a request and what it is about, as far as the database knows.
struct Admission: Sendable {
    /// Who calls; `nil` when they have shown nothing, or nothing that is valid.
    let caller: Caller?
    /// The thing that the route names, with all that it lies in; `nil` when there is none.
    let path: ResourcePath?

    /// What a request shows.
    private enum Shown {
        case nothing
        case session(user: ID<User>, ID<Session>)
        case key(hash: String)
    }

    /// Finds out.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - reference: What parameter of its path names what.
    static func make(
        _ request: ServerRequest, _ reference: ResourceReference?, _ services: PlatformServices
    ) async throws -> Admission {
        let now = services.clock.now
        let shown = await credential(of: request, services, now)
        let parameter = reference.flatMap { request.parameters[$0.parameter] }
        if case .nothing = shown { return Admission(caller: nil, path: nil) }
        let found = try await services.database.read { connection -> (known: Known, path: ResourcePath?) in
            let known = try identify(shown, now, connection)
            guard known.caller != nil, let reference, let parameter else { return (known, nil) }
            return (known, try ResourceFinder.path(reference.level, parameter, connection))
        }
        let caller = found.known.caller
        if case .key(let id, _, _) = caller?.credential, found.known.lastUse.duration(to: now) > Duration.seconds(60) {
            try await services.database.write { try APIKeyTable.noteUse(id, at: now, $0) }
        }
        return Admission(caller: caller, path: found.path)
    }

    /// Who calls, and when their key was used last.
    private struct Known: Sendable {
        var caller: Caller?
        var lastUse: Timestamp
    }

    private static func credential(
        of request: ServerRequest, _ services: PlatformServices, _ now: Timestamp
    ) async -> Shown {
        guard let field = request.headers[.authorization], let token = bearerToken(field) else { return .nothing }
        if SecretTokens.isKind(.apiKey, token) { return .key(hash: SecretTokens.hash(token)) }
        guard let (user, session) = await services.accessTokens.check(token, now: now) else { return .nothing }
        return .session(user: user, session)
    }

    private static func bearerToken(_ field: String) -> String? {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    private static func identify(
        _ shown: Shown, _ now: Timestamp, _ connection: any SQLConnection
    ) throws -> Known {
        switch shown {
        case .nothing:
            return Known(caller: nil, lastUse: now)
        case .session(let user, let session):
            guard let owner = try SessionTable.owner(of: session, now: now, connection), owner.user == user else {
                return Known(caller: nil, lastUse: now)
            }
            var closed = try IdentityProviderTable.companies(enforcing: user, connection)
            if let company = owner.company { closed.remove(company) }
            let caller = Caller(
                user: user, name: owner.name, credential: .session(session), grants: [], company: owner.company,
                closed: closed)
            let grants = try MembershipTable.grants(of: user, connection)
            return Known(caller: caller.holding(grants), lastUse: now)
        case .key(let hash):
            guard let (key, name) = try APIKeyTable.find(hash: hash, connection), key.expiresAt ?? now >= now else {
                return Known(caller: nil, lastUse: now)
            }
            let caller = Caller(
                user: key.user, name: name,
                credential: .key(key.id, company: key.company, scopes: key.scopes),
                grants: try MembershipTable.grants(of: key.user, connection))
            return Known(caller: caller, lastUse: key.lastUsedAt ?? Timestamp(nanoseconds: 0))
        }
    }
}
