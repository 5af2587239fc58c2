import HTTPTypes
import WorkflowCore
import WorkflowStore

/// API keys of people.
enum APIKeyRoutes {
    /// What is said about a new key.
    static let body = Schema.object([
        .required("name", .name),
        .required("scopes", .array(.oneOf(Scopes.all), maximum: 50), "What the key may do at most."),
        .optional("expires_at", .time, "When the key ends; never when it is left out."),
    ])

    static let all: [APIRoute] = [
        APIRoute(
            name: "createAPIKey", method: .post, path: "/companies/{id}/api-keys", tag: "Credentials",
            summary: "Makes a key with which a program calls in the name of whoever calls now, for this company only.",
            access: .role(.viewer, .credentials, on: .company("id"), byPerson: true), body: body,
            answer: AnswerRule.created(Documents.newAPIKey).secret, handler: create),
        APIRoute(
            name: "listAPIKeys", method: .get, path: "/companies/{id}/api-keys", tag: "Credentials",
            summary: "The keys for a company that work: one's own, for administrators all.",
            access: .role(.viewer, .credentials, on: .company("id")), answer: .page(Documents.apiKey),
            handler: list),
        APIRoute(
            name: "revokeAPIKey", method: .delete, path: "/companies/{id}/api-keys/{keyId}", tag: "Credentials",
            summary: "Withdraws a key at once: one's own, for administrators any.",
            access: .role(.viewer, .credentials, on: .company("id")), answer: .noContent, handler: revoke),
    ]

    /// Makes a key for a user.
    ///
    /// - Returns: The key as the client sees it this once.
    static func make(
        for user: ID<User>, _ call: APICall, _ check: @escaping @Sendable (any SQLConnection) throws -> Void
    ) async throws -> APIAnswer {
        let (services, company) = (call.services, try call.path.company)
        let names = (call.body["scopes"]?.arrayValue ?? []).compactMap(\.stringValue)
        guard let scopes = Scopes(names), !names.isEmpty else {
            let detail = "A key needs at least one scope."
            throw PlatformError.invalid([SchemaProblem(pointer: "/scopes", detail: detail)])
        }
        let end = call.text("expires_at").flatMap { Timestamp(rfc3339: $0) }
        if let end, end <= call.now {
            throw PlatformError.invalid([SchemaProblem(pointer: "/expires_at", detail: "This is in the past.")])
        }
        let secret = services.secrets.make(.apiKey)
        let key = APIKey(
            id: services.newID(), company: company, user: user, name: try call.requiredText("name"),
            prefix: String(secret.prefix(12)), scopes: scopes, createdBy: try call.caller.user,
            createdAt: call.now, expiresAt: end, lastUsedAt: nil, revokedAt: nil)
        try await services.database.write { connection in
            try services.audit.lock(company, connection)
            try check(connection)
            try APIKeyTable.insert(key, hash: SecretTokens.hash(secret), connection)
            let event = call.event("api-key.create", "api_key", key.id.text, Documents.make(key))
            try services.audit.append(event, to: company, now: call.now, connection)
        }
        return .data(.object(Documents.make(key).merging(["key": .string(secret)])))
    }

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        try await make(for: try call.caller.user, call) { _ in }
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (company, page) = (try call.path.company, try call.page)
        let user = (call.role ?? .viewer) >= .admin ? nil : try call.caller.user
        let found = try await call.services.database.read { connection in
            try APIKeyTable.list(of: company, user: user, page, now: call.now, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func revoke(_ call: APICall) async throws -> APIAnswer {
        let (company, id): (ID<Company>, ID<APIKey>) = (try call.path.company, try call.id("keyId"))
        let (user, isAdmin) = (try call.caller.user, (call.role ?? .viewer) >= .admin)
        try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            guard let key = try APIKeyTable.find(id, in: company, connection), isAdmin || key.user == user,
                try APIKeyTable.revoke(id, at: call.now, connection)
            else { throw PlatformError.notFound }
            let event = call.event("api-key.revoke", "api_key", id.text, Documents.make(key))
            try call.services.audit.append(event, to: company, now: call.now, connection)
        }
        return .nothing
    }
}
