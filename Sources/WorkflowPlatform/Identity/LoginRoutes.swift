import HTTPTypes
import WorkflowCore
import WorkflowModules
import WorkflowStore

/// Signing in, going on, and signing out.
enum LoginRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "login", method: .post, path: "/auth/login", tag: "Sign-in",
            summary: "Begins a session.", access: .open,
            body: .object([
                .required("email", .text(1...254)), .required("password", .text(1...1024, .password)),
                .optional("code", .text(1...64), "The code of the second factor, or a recovery code."),
            ]),
            answer: AnswerRule.ok(Documents.tokens).secret,
            problems: [401: "Something of it is wrong, or the code of the second factor is missing."],
            handler: login),
        APIRoute(
            name: "refresh", method: .post, path: "/auth/refresh", tag: "Sign-in",
            summary: "Gives new tokens for a refresh token, which works once. One that is used again ends the session.",
            access: .open, body: .object([.required("refresh_token", .text(1...200))]),
            answer: AnswerRule.ok(Documents.tokens).secret, problems: [401: "The token does not work."],
            handler: refresh),
        APIRoute(
            name: "logout", method: .post, path: "/auth/logout", tag: "Sign-in",
            summary: "Ends the session at once.", access: .signedIn(byPerson: true),
            answer: .ok(.named("LoggedOut", .object([.required("status", .oneOf(["logged out"]))]))),
            isForCompanySessions: true, handler: logout),
    ]

    @Sendable private static func login(_ call: APICall) async throws -> APIAnswer {
        let services = call.services
        let (email, password) = (try call.requiredText("email"), try call.requiredText("password"))
        let account = UserTable.key(email)
        try Throttling.begin(account: account, call)
        let found = try await services.database.read { try UserTable.find(email: email, $0) }
        let policy = PasswordPolicy(services: services)
        let verdict: PasswordHasher.Verdict
        do {
            verdict = try await policy.matches(password, found?.passwordHash)
        } catch {
            services.loginThrottle.cancel(account: account, address: call.request.remoteAddress)
            throw error
        }
        guard let user = found?.user, user.isActive, !verdict.isMismatch else {
            try await fail(found?.user, "password", call)
            throw PlatformError.unauthenticated("The e-mail address or the password is wrong.")
        }
        let begun: SessionStart.Begun?
        do {
            begun = try await begin(user, found?.passwordHash, verdict, call)
        } catch is AccountChanged {
            services.loginThrottle.cancel(account: account, address: call.request.remoteAddress)
            return try await login(call)
        }
        guard let begun else {
            try await fail(user, "second factor", call)
            throw PlatformError.unauthenticated("The code is wrong.")
        }
        Throttling.succeed(account: account, call)
        return .data(.object(try await SessionStart.tokens(begun, call)))
    }

    /// An account was changed while its password was checked, so that it must be checked again.
    private struct AccountChanged: Error {}

    /// Begins a session when the code in the body is right, or none is needed.
    ///
    /// - Parameter passwordHash: The one that the password was checked against.
    /// - Returns: `nil` when the code is wrong.
    /// - Throws: ``AccountChanged`` when that is not the hash in place; ``HTTPError``.
    private static func begin(
        _ user: User, _ passwordHash: String?, _ verdict: PasswordHasher.Verdict, _ call: APICall
    ) async throws -> SessionStart.Begun? {
        try await SecondFactor.check(user, call) { connection in
            guard try UserTable.passwordHash(user.id, connection) == passwordHash,
                try UserTable.noteLogin(of: user.id, at: call.now, connection)
            else { throw AccountChanged() }
            if case .matchWithBetterHash(let hash) = verdict {
                try UserTable.setPasswordHash(hash, of: user.id, connection)
            }
            var event = call.event("auth.login", "user", user.id.text)
            event.user = user.id
            try call.services.audit.append(event, ofUser: user.id, now: call.now, connection)
            return try SessionStart.begin(user.id, call, connection)
        }
    }

    /// Puts a failure on record, which takes as long for accounts that do not exist.
    private static func fail(_ user: User?, _ reason: String, _ call: APICall) async throws {
        var event = call.event("auth.login-failed", "user", user?.id.text ?? "", ["reason": .string(reason)])
        event.user = user?.id
        try await call.services.database.write { [event] connection in
            let audit = call.services.audit
            if let user {
                try audit.append(event, ofUser: user.id, now: call.now, connection)
            } else {
                try audit.append(event, to: nil, now: call.now, connection)
            }
        }
    }

    /// What became of a refresh token. The end of a session must be kept although the answer is an error.
    private enum Renewal {
        case renewed(SessionStart.Begun)
        case refused
    }

    @Sendable private static func refresh(_ call: APICall) async throws -> APIAnswer {
        let services = call.services
        let hash = SecretTokens.hash(try call.requiredText("refresh_token"))
        let renewal = try await services.database.write { connection -> Renewal in
            guard let token = try SessionTable.find(tokenHash: hash, connection) else { return .refused }
            guard try !token.isUsed && SessionTable.use(tokenHash: hash, now: call.now, connection) else {
                let isEnded = try SessionTable.end(
                    token.session, of: token.user, reason: "refresh token reused", now: call.now, connection)
                if isEnded {
                    var event = call.event("auth.refresh-reuse", "session", token.session.text)
                    event.user = token.user
                    try services.audit.append(event, ofUser: token.user, now: call.now, connection)
                }
                return .refused
            }
            guard try SessionTable.owner(of: token.session, now: call.now, connection) != nil else { return .refused }
            let next = services.secrets.make(.refresh)
            let nextHash = SecretTokens.hash(next)
            try SessionTable.insert(tokenHash: nextHash, session: token.session, now: call.now, connection)
            let beginning = try SessionTable.beginning(of: token.session, connection) ?? call.now
            let end = min(
                call.now.advanced(by: services.configuration.sessionLifetime),
                beginning.advanced(by: services.configuration.longestSession))
            try SessionTable.renew(token.session, until: end, now: call.now, connection)
            return .renewed(
                SessionStart.Begun(session: token.session, user: token.user, refreshToken: next))
        }
        guard case .renewed(let begun) = renewal else {
            throw PlatformError.unauthenticated("The refresh token does not work; sign in again.")
        }
        return .data(.object(try await SessionStart.tokens(begun, call)))
    }

    @Sendable private static func logout(_ call: APICall) async throws -> APIAnswer {
        let caller = try call.caller
        guard let session = caller.session else { throw PlatformError.defect("a key cannot sign out") }
        try await call.services.database.write { connection in
            guard try SessionTable.end(session, of: caller.user, reason: "logout", now: call.now, connection)
            else { return }
            let event = call.event("auth.logout", "session", session.text)
            try call.services.audit.append(event, ofUser: caller.user, now: call.now, connection)
        }
        return .data(["status": "logged out"])
    }
}

extension PasswordHasher.Verdict {
    /// Whether the password is wrong.
    var isMismatch: Bool {
        if case .mismatch = self { true } else { false }
    }
}
