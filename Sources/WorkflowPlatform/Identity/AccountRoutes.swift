import HTTPTypes
import WorkflowCore
import WorkflowStore

/// The account of whoever calls, and their sessions.
enum AccountRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "showAccount", method: .get, path: "/auth/me", tag: "Account", summary: "Who calls.",
            access: .signedIn(byPerson: false), answer: .ok(Documents.user), handler: show),
        APIRoute(
            name: "updateAccount", method: .put, path: "/auth/me", tag: "Account",
            summary: "Changes what others see of the account.", access: .signedIn(byPerson: true),
            body: .object([
                .optional("display_name", .name), .optional("avatar_url", .text(0...2000)),
            ]),
            answer: .ok(Documents.user), isVersioned: true, handler: update),
        APIRoute(
            name: "listGrants", method: .get, path: "/auth/memberships", tag: "Account",
            summary: "The roles of whoever calls, on whatever they are.", access: .signedIn(byPerson: false),
            answer: .ok(.array(Documents.grant, maximum: 10_000)), handler: grants),
        APIRoute(
            name: "listSessions", method: .get, path: "/auth/sessions", tag: "Account",
            summary: "The sessions that have not ended.", access: .signedIn(byPerson: true),
            answer: .page(Documents.session), handler: sessions),
        APIRoute(
            name: "endSession", method: .delete, path: "/auth/sessions/{sessionId}", tag: "Account",
            summary: "Ends a session at once.", access: .signedIn(byPerson: true), answer: .noContent,
            handler: endSession),
        APIRoute(
            name: "endOtherSessions", method: .delete, path: "/auth/sessions", tag: "Account",
            summary: "Ends all sessions but the one that asks.", access: .signedIn(byPerson: true),
            answer: .noContent, handler: endOthers),
    ]

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let user = try await call.services.database.read { try Accounts.current(call, $0) }
        return .data(Documents.make(user), revision: user.revision)
    }

    @Sendable private static func update(_ call: APICall) async throws -> APIAnswer {
        let user = try await call.services.database.write { connection in
            let before = try Accounts.current(call, connection)
            try call.checkRevision(before.revision)
            var user = before
            if let name = call.text("display_name") { user.displayName = name }
            if let url = call.text("avatar_url") { user.avatarURL = url }
            (user.revision, user.updatedAt) = (before.revision + 1, call.now)
            try Accounts.save(user, connection)
            // What they are called now is not written down, since the log outlives accounts.
            let members = call.body.keys.map { JSONValue.string($0) }
            let event = call.event("user.update", "user", user.id.text, ["members": .array(members)])
            try call.services.audit.append(event, ofUser: user.id, now: call.now, connection)
            return user
        }
        return .data(Documents.make(user), revision: user.revision)
    }

    @Sendable private static func grants(_ call: APICall) async throws -> APIAnswer {
        let caller = try call.caller
        var grants = caller.grants
        if case .key(_, let company, _) = caller.credential { grants.removeAll { $0.company != company } }
        return .data(.array(grants.map { .object(Documents.make($0)) }))
    }

    @Sendable private static func sessions(_ call: APICall) async throws -> APIAnswer {
        let (caller, page) = (try call.caller, try call.page)
        let sessions = try await call.services.database.read { connection in
            try SessionTable.list(of: caller.user, page, now: call.now, connection)
        }
        return .page(sessions, limit: page.limit) { Documents.make($0, current: caller.session) }
    }

    @Sendable private static func endSession(_ call: APICall) async throws -> APIAnswer {
        let (caller, session): (Caller, ID<Session>) = (try call.caller, try call.id("sessionId"))
        try await call.services.database.write { connection in
            guard try SessionTable.end(session, of: caller.user, reason: "ended", now: call.now, connection)
            else { throw PlatformError.notFound }
            let event = call.event("auth.session-end", "session", session.text)
            try call.services.audit.append(event, ofUser: caller.user, now: call.now, connection)
        }
        return .nothing
    }

    @Sendable private static func endOthers(_ call: APICall) async throws -> APIAnswer {
        let caller = try call.caller
        try await call.services.database.write { connection in
            let count = try SessionTable.endAll(
                of: caller.user, except: caller.session, reason: "ended", now: call.now, connection)
            guard count > 0 else { return }
            let details: JSONObject = ["sessions": .integer(Int64(count))]
            let event = call.event("auth.session-end", "user", caller.user.text, details)
            try call.services.audit.append(event, ofUser: caller.user, now: call.now, connection)
        }
        return .nothing
    }
}
