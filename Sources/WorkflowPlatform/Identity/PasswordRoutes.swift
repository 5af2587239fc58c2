import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Changing a password, and getting back in without it.
enum PasswordRoutes {
    private static let resetLifetime = Duration.seconds(3600)

    static let all: [APIRoute] = [
        APIRoute(
            name: "changePassword", method: .post, path: "/auth/password", tag: "Account",
            summary: "Changes the password and ends all other sessions.", access: .signedIn(byPerson: true),
            body: .object([
                .required("current_password", .text(1...1024, .password)),
                .required("new_password", .text(1...1024, .password)),
            ]),
            answer: .noContent, problems: [403: "The current password is wrong."], handler: change),
        APIRoute(
            name: "forgotPassword", method: .post, path: "/auth/password/forgot", tag: "Sign-in",
            summary: "Sends an e-mail with a token for a new password, if there is an account with the address.",
            access: .open, body: .object([.required("email", .text(1...254))]),
            answer: AnswerRule(status: .accepted, content: .nothing), handler: forgot),
        APIRoute(
            name: "resetPassword", method: .post, path: "/auth/password/reset", tag: "Sign-in",
            summary: "Sets a new password with the token of an e-mail, and ends all sessions.", access: .open,
            body: .object([
                .required("token", .text(1...200)), .required("new_password", .text(1...1024, .password)),
            ]),
            answer: .noContent, problems: [403: "The token does not work."], handler: reset),
    ]

    @Sendable private static func change(_ call: APICall) async throws -> APIAnswer {
        let (services, caller) = (call.services, try call.caller)
        try Throttling.begin(account: caller.user.text, call)
        let (user, hash) = try await services.database.read { connection in
            (try Accounts.current(call, connection), try UserTable.passwordHash(caller.user, connection))
        }
        let policy = PasswordPolicy(services: services)
        guard try await !policy.matches(try call.requiredText("current_password"), hash).isMismatch else {
            throw wrongPassword
        }
        Throttling.succeed(account: caller.user.text, call)
        let password = try call.requiredText("new_password")
        try policy.check(password, member: "new_password", email: user.email)
        let newHash = try await policy.hash(password)
        try await services.database.write { connection in
            // It may have been reset while this one was checked.
            guard try UserTable.lock(user.id, connection) != nil,
                try UserTable.passwordHash(user.id, connection) == hash
            else { throw wrongPassword }
            try set(newHash, of: user, keeping: caller.session, "auth.password-change", call, connection)
        }
        return .nothing
    }

    private static var wrongPassword: HTTPError { PlatformError.forbidden("The current password is wrong.") }

    /// Sets a password and ends sessions.
    private static func set(
        _ hash: String, of user: User, keeping session: ID<Session>?, _ action: String, _ call: APICall,
        _ connection: any SQLConnection
    ) throws {
        try UserTable.setPasswordHash(hash, of: user.id, connection)
        let ended = try SessionTable.endAll(
            of: user.id, except: session, reason: "password changed", now: call.now, connection)
        let details: JSONObject = ["sessions_ended": .integer(Int64(ended))]
        var event = call.event(action, "user", user.id.text, details)
        event.user = user.id
        try call.services.audit.append(event, ofUser: user.id, now: call.now, connection)
    }

    @Sendable private static func forgot(_ call: APICall) async throws -> APIAnswer {
        let (services, email) = (call.services, try call.requiredText("email"))
        try Throttling.begin(account: "forgot \(UserTable.key(email))", call)
        let token = services.secrets.make(.oneTime)
        // Written in any case, so that the time of the answer does not tell whether there is an account.
        let user = try await services.database.write { connection -> User? in
            let user = try UserTable.find(email: email, connection)?.user
            var event = call.event("auth.password-forgot", "user", user?.id.text ?? "")
            event.user = user?.id
            guard let user, user.isActive else {
                try services.audit.append(event, to: nil, now: call.now, connection)
                return nil
            }
            try OneTimeTokenTable.insert(
                hash: SecretTokens.hash(token), .resetPassword, for: user.id, now: call.now,
                lifetime: resetLifetime, connection)
            try services.audit.append(event, ofUser: user.id, now: call.now, connection)
            return user
        }
        guard let user else { return .nothing }
        let link = PlatformPages.Page.resetPassword.address(services.configuration, token: token)
        services.mail.submit(
            MailMessage(
                recipient: user.email, subject: "Set a new password",
                text: """
                    Somebody has asked for a new password for the account with this e-mail address.
                    If that was you, set it within an hour; otherwise there is nothing to do.

                    \(link)
                    """))
        return .nothing
    }

    @Sendable private static func reset(_ call: APICall) async throws -> APIAnswer {
        let services = call.services
        try Throttling.countRegistration(call)
        let hash = SecretTokens.hash(try call.requiredText("token"))
        let password = try call.requiredText("new_password")
        let policy = PasswordPolicy(services: services)
        try policy.check(password, member: "new_password", email: "")
        let newHash = try await policy.hash(password)
        try await services.database.write { connection in
            guard let id = try OneTimeTokenTable.use(hash: hash, .resetPassword, now: call.now, connection),
                let user = try UserTable.find(id, connection), user.isActive
            else { throw PlatformError.forbidden("The token does not work; ask for another e-mail.") }
            try set(newHash, of: user, keeping: nil, "auth.password-reset", call, connection)
        }
        return .nothing
    }
}
