import HTTPTypes
import WorkflowCore
import WorkflowStore

/// The providers with which people sign in to a company.
///
/// Only owners change them: a provider can vouch for every member of the company, an owner included.
enum CompanyProviderRoutes {
    private static let most = 20
    private static let path = "/companies/{id}/sso/providers"
    private static let owner = RouteAccess.role(.owner, .signOn, on: .company("id"), byPerson: true)
    private static let admin = RouteAccess.role(.admin, .signOn, on: .company("id"))
    private static let members: [Schema.Member] = [
        .optional("issuer", .text(1...1000, .uri), "Who vouches for people; GitHub and Google have one of their own."),
        .optional("client_id", .text(1...255)),
        .optional("client_secret", .text(1...4096, .password), "Never shown again."),
        .optional("scopes", .array(.text(1...100), maximum: 20), "What is asked for; the usual unless it is given."),
        .optional("enabled", .boolean, "Whether people can sign in with it."),
        .optional("enforced", .boolean, "Whether other sessions are of no use for the company."),
    ]
    private static let conflict = [409: "The company has one with this name, or as many as it may."]

    static let all: [APIRoute] = [
        APIRoute(
            name: "createSignOnProvider", method: .post, path: path, tag: "Single sign-on",
            summary: "Adds a provider with which members of the company sign in.", access: owner,
            body: .object(
                [.required("name", .name), .required("type", .oneOf(Documents.providerTypes))] + members),
            answer: .created(Documents.companyProvider),
            problems: conflict.merging([422: "The type is not supported."]) { $1 }, handler: create),
        APIRoute(
            name: "listCompanySignOnProviders", method: .get, path: path, tag: "Single sign-on",
            summary: "The providers of a company.", access: admin, answer: .page(Documents.companyProvider),
            handler: list),
        APIRoute(
            name: "showSignOnProvider", method: .get, path: "\(path)/{providerId}", tag: "Single sign-on",
            summary: "A provider, without its secret.", access: admin, answer: .ok(Documents.companyProvider),
            isVersioned: true, handler: show),
        APIRoute(
            name: "updateSignOnProvider", method: .put, path: "\(path)/{providerId}", tag: "Single sign-on",
            summary: "Changes a provider; what is left out stays. Another issuer needs the secret, and ends sessions.",
            access: owner, body: .object([.optional("name", .name)] + members),
            answer: .ok(Documents.companyProvider), problems: conflict, isVersioned: true, handler: update),
        APIRoute(
            name: "deleteSignOnProvider", method: .delete, path: "\(path)/{providerId}", tag: "Single sign-on",
            summary: "Removes a provider, and ends the sessions that it vouches for.", access: owner,
            answer: .noContent, handler: delete),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (services, company, type) = (call.services, try call.path.company, try call.requiredText("type"))
        guard let kind = ProviderKind(rawValue: type) else {
            throw PlatformError.problem(
                .unprocessableContent, "provider-type-unsupported",
                "Providers of the type \(type) are not supported yet; use one of: "
                    + "\(ProviderKind.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        let settings = ProviderSettings(
            kind: kind, issuer: call.text("issuer"), clientID: call.text("client_id") ?? "", scopes: scopes(call))
        try check(settings)
        guard let secret = call.text("client_secret") else { throw invalid("client_secret", "This must be given.") }
        let provider = IdentityProvider(
            id: services.newID(), company: company, name: try call.requiredText("name"), kind: kind,
            issuer: settings.issuer, clientID: settings.clientID, scopes: settings.scopes,
            isEnabled: call.body["enabled"]?.boolValue ?? true, isEnforced: call.body["enforced"]?.boolValue ?? false,
            revision: 1, createdAt: call.now, updatedAt: call.now)
        try await services.database.write { connection in
            try services.audit.lock(company, connection)
            try authorize(call, connection)
            guard try IdentityProviderTable.count(of: company, connection) < most else {
                throw PlatformError.conflict("too-many-providers", "A company has \(most) providers at most.")
            }
            try IdentityProviderTable.insert(
                provider, sealed: try seal(secret, of: provider, call, connection), connection)
            let event = call.event(
                "sso-provider.create", "sso_provider", provider.id.text,
                Documents.make(provider, services.configuration))
            try services.audit.append(event, to: company, now: call.now, connection)
        }
        return .data(Documents.make(provider, services.configuration), revision: provider.revision)
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (company, page) = (try call.path.company, try call.page)
        let found = try await call.services.database.read { try IdentityProviderTable.list(of: company, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0, call.services.configuration) }
    }

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let provider = try await call.services.database.read { try find(call, $0).provider }
        return .data(Documents.make(provider, call.services.configuration), revision: provider.revision)
    }

    @Sendable private static func update(_ call: APICall) async throws -> APIAnswer {
        let (services, company) = (call.services, try call.path.company)
        let provider = try await services.database.write { connection in
            try services.audit.lock(company, connection)
            try authorize(call, connection)
            var (provider, sealed) = try find(call, connection)
            let before = provider
            try call.checkRevision(before.revision)
            let settings = ProviderSettings(
                kind: provider.kind, issuer: call.text("issuer") ?? provider.issuer,
                clientID: call.text("client_id") ?? provider.clientID, scopes: scopes(call) ?? provider.scopes)
            try check(settings)
            if settings.issuer != before.issuer, call.text("client_secret") == nil {
                throw invalid(
                    "client_secret", "This must be given again, since another issuer would get the one in place.")
            }
            (provider.issuer, provider.clientID) = (settings.issuer, settings.clientID)
            provider.scopes = settings.scopes
            if let name = call.text("name") { provider.name = name }
            if let isEnabled = call.body["enabled"]?.boolValue { provider.isEnabled = isEnabled }
            if let isEnforced = call.body["enforced"]?.boolValue { provider.isEnforced = isEnforced }
            (provider.revision, provider.updatedAt) = (before.revision + 1, call.now)
            if let secret = call.text("client_secret") { sealed = try seal(secret, of: provider, call, connection) }
            guard try IdentityProviderTable.update(provider, sealed: sealed, connection) else {
                throw PlatformError.preconditionFailed(EntityTag.make(before.revision))
            }
            if provider.issuer != before.issuer { try IdentityTable.deleteAll(of: provider.id, connection) }
            if provider.issuer != before.issuer || !provider.isEnabled {
                try endSessions(of: provider, call, connection)
            }
            var details = AuditEvent.difference(
                Documents.make(before, services.configuration), Documents.make(provider, services.configuration))
            if call.text("client_secret") != nil { details["client_secret"] = "changed" }
            let event = call.event("sso-provider.update", "sso_provider", provider.id.text, details)
            try services.audit.append(event, to: company, now: call.now, connection)
            return provider
        }
        return .data(Documents.make(provider, services.configuration), revision: provider.revision)
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let (services, company) = (call.services, try call.path.company)
        try await services.database.write { connection in
            try services.audit.lock(company, connection)
            try authorize(call, connection)
            let provider = try find(call, connection).provider
            try IdentityTable.deleteAll(of: provider.id, connection)
            try endSessions(of: provider, call, connection)
            try IdentityProviderTable.delete(provider.id, connection)
            let event = call.event(
                "sso-provider.delete", "sso_provider", provider.id.text,
                Documents.make(provider, services.configuration))
            try services.audit.append(event, to: company, now: call.now, connection)
        }
        return .nothing
    }
}
