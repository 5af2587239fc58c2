import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Who makes a request and what it is about, as far as the database knows.
struct Admission: Sendable {
    /// Who calls; `nil` when they have shown nothing, or nothing that is valid.
    let caller: Caller?
    /// The thing that the route names, with all that it lies in; `nil` when there is none.
    let path: ResourcePath?
    /// The company whose limit of requests counts, and the limit; `nil` for none.
    let companyLimit: (company: ID<Company>, perMinute: Int)?

    /// What a request shows.
    private enum Shown {
        case nothing
        case credential(Caller.Credential, of: ID<User>)
        case key(hash: String)
        case program(hash: String)
    }

    /// Finds out.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - route: The route that it takes.
    static func make(
        _ request: ServerRequest, _ route: APIRoute, _ services: PlatformServices
    ) async throws -> Admission {
        let reference: ResourceReference? = if case .role(_, _, let on, _) = route.access { on } else { nil }
        let now = services.clock.now
        let shown = await credential(of: request, route, services, now)
        let parameter = reference.flatMap { request.parameters[$0.parameter] }
        if case .nothing = shown { return Admission(caller: nil, path: nil, companyLimit: nil) }
        let found = try await services.database.read { connection -> (known: Known, path: ResourcePath?, limit: Int?) in
            let known = try identify(shown, now, connection)
            guard let caller = known.caller else { return (known, nil, nil) }
            let path = try reference.flatMap { reference in
                try parameter.flatMap { try ResourceFinder.path(reference, $0, connection) }
            }
            let company = countedCompany(caller, path)
            return (known, path, try company.flatMap { try services.quotas.limits(of: $0, connection).requests })
        }
        let caller = found.known.caller
        if case .key(let id, _, _) = caller?.credential, found.known.lastUse.duration(to: now) > Duration.seconds(60) {
            try await services.database.write { try APIKeyTable.noteUse(id, at: now, $0) }
        }
        let company = caller.flatMap { countedCompany($0, found.path) }
        let limit = company.flatMap { company in found.limit.map { (company, $0) } }
        return Admission(caller: caller, path: found.path, companyLimit: limit)
    }

    /// The company that a request counts for: never one that the caller has no role in.
    private static func countedCompany(_ caller: Caller, _ path: ResourcePath?) -> ID<Company>? {
        if case .key(_, let company, _) = caller.credential { return company }
        return path.map(\.company).flatMap { company in
            caller.grants.contains { $0.company == company } ? company : nil
        }
    }

    /// Who calls, and when their key was used last.
    private struct Known: Sendable {
        var caller: Caller?
        var lastUse: Timestamp
    }

    private static func credential(
        of request: ServerRequest, _ route: APIRoute, _ services: PlatformServices, _ now: Timestamp
    ) async -> Shown {
        guard let field = request.headers[.authorization] else {
            return ticket(of: request, route, services, now).map { .credential($0.credential, of: $0.user) } ?? .nothing
        }
        guard let token = bearerToken(field) else { return .nothing }
        if SecretTokens.isKind(.apiKey, token) { return .key(hash: SecretTokens.hash(token)) }
        if SecretTokens.isKind(.program, token) { return .program(hash: SecretTokens.hash(token)) }
        guard let (user, session) = await services.accessTokens.check(token, now: now) else { return .nothing }
        return .credential(.session(session), of: user)
    }

    /// The ticket in the query, which streams take in place of a token.
    private static func ticket(
        of request: ServerRequest, _ route: APIRoute, _ services: PlatformServices, _ now: Timestamp
    ) -> StreamTickets.Ticket? {
        guard let kind = route.stream, let workflow = request.parameters["id"],
            let secret = request.queryItems.first(where: { $0.name == "ticket" })?.value
        else { return nil }
        return services.streamTickets.take(secret, kind, of: workflow, now: now)
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
        case .credential(let credential, let user):
            return Known(caller: try caller(credential, of: user, now: now, connection), lastUse: now)
        case .program(let hash):
            return Known(caller: try IAMTokenTable.caller(hash: hash, now: now, connection), lastUse: now)
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
