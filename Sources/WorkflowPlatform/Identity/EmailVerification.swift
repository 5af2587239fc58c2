import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Finds out whether an e-mail address belongs to a user.
enum EmailVerification {
    private static let lifetime = Duration.seconds(24 * 3600)

    static let routes: [APIRoute] = [
        APIRoute(
            name: "verifyEmail", method: .post, path: "/auth/email/verify", tag: "Account",
            summary: "Proves with the token of an e-mail that the address belongs to the account, and makes the "
                + "account if it waits for that.",
            access: .open,
            body: .object([.required("token", .text(1...200))]), answer: .noContent,
            problems: [403: "The token does not work."], handler: verify),
        APIRoute(
            name: "sendVerification", method: .post, path: "/auth/email/send", tag: "Account",
            summary: "Sends the e-mail with the token again.", access: .signedIn(byPerson: true),
            answer: AnswerRule(status: .accepted, content: .nothing),
            problems: [409: "The address is known to belong to the account."], handler: sendAgain),
    ]

    /// Sends a user the e-mail with the token.
    static func send(to user: User, _ call: APICall) async throws {
        let services = call.services
        let token = services.secrets.make(.oneTime)
        try await services.database.write { connection in
            try OneTimeTokenTable.insert(
                hash: SecretTokens.hash(token), .verifyEmail, for: user.id, now: call.now, lifetime: lifetime,
                connection)
        }
        let link = PlatformPages.Page.verifyEmail.address(services.configuration, token: token)
        services.mail.submit(message(to: user.email, link: link))
    }

    /// The e-mail that asks whether the address belongs to whoever has registered.
    static func message(to address: String, link: String) -> MailMessage {
        MailMessage(
            recipient: address, subject: "Confirm your e-mail address",
            text: """
                Somebody, hopefully you, has made an account with this e-mail address.
                If that was you, confirm within a day that the address is yours; otherwise there is nothing to do:

                \(link)
                """)
    }

    @Sendable private static func verify(_ call: APICall) async throws -> APIAnswer {
        try Throttling.countRegistration(call)
        let hash = SecretTokens.hash(try call.requiredText("token"))
        try await call.services.database.write { connection in
            guard try Registrations.finish(tokenHash: hash, call, connection) == nil else { return }
            guard let id = try OneTimeTokenTable.use(hash: hash, .verifyEmail, now: call.now, connection),
                var user = try UserTable.find(id, connection)
            else { throw PlatformError.forbidden("The token does not work; have another one sent.") }
            user.isEmailVerified = true
            (user.revision, user.updatedAt) = (user.revision + 1, call.now)
            try Accounts.save(user, connection)
            var event = call.event("auth.email-verified", "user", id.text)
            event.user = id
            try call.services.audit.append(event, ofUser: id, now: call.now, connection)
        }
        return .nothing
    }

    @Sendable private static func sendAgain(_ call: APICall) async throws -> APIAnswer {
        try Throttling.countRegistration(call)
        let user = try await call.services.database.read { try Accounts.current(call, $0) }
        guard !user.isEmailVerified else {
            throw PlatformError.conflict("email-verified", "The e-mail address has been confirmed already.")
        }
        try await send(to: user, call)
        return .nothing
    }
}
