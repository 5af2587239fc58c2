import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Who the user is at providers.
enum IdentityRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "listIdentities", method: .get, path: "/auth/me/identities", tag: "Account",
            summary: "Who whoever calls is at providers.", access: .signedIn(byPerson: true),
            answer: .page(Documents.identity), handler: list),
        APIRoute(
            name: "unlinkIdentity", method: .delete, path: "/auth/me/identities/{identityId}", tag: "Account",
            summary: "Forgets it, and ends the other sessions that the provider vouches for.",
            access: .signedIn(byPerson: true), answer: .noContent, handler: unlink),
    ]

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (user, page) = (try call.caller.user, try call.page)
        let found = try await call.services.database.read { try IdentityTable.list(of: user, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func unlink(_ call: APICall) async throws -> APIAnswer {
        let (caller, id): (Caller, ID<Identity>) = (try call.caller, try call.id("identityId"))
        try await call.services.database.write { connection in
            guard let identity = try IdentityTable.find(id, of: caller.user, connection) else {
                throw PlatformError.notFound
            }
            try IdentityTable.delete(id, connection)
            try SessionTable.endAll(
                of: caller.user, by: identity.provider, except: caller.session, reason: "identity unlinked",
                now: call.now, connection)
            let event = call.event("identity.unlink", "identity", id.text, Documents.make(identity))
            let origin = SessionOrigin(provider: identity.provider, company: identity.company)
            try SignOnRecord.append(event, of: caller.user, origin, call, connection)
        }
        return .nothing
    }
}
