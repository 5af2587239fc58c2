import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Registration.
enum RegistrationRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "register", method: .post, path: "/auth/register", tag: "Sign-in",
            summary: "Makes an account. Where registration is by invitation, the token of one is needed.",
            access: .open,
            body: .object([
                .required("email", .email), .required("password", .text(1...1024, .password)),
                .required("display_name", .name), .optional("invitation_token", .text(1...200)),
            ]),
            answer: AnswerRule.created(Documents.tokens).secret,
            problems: [
                403: "Registration is by invitation, and the token is missing or does not work.",
                409: "There is an account with this e-mail address.",
            ],
            handler: register)
    ]

    @Sendable private static func register(_ call: APICall) async throws -> APIAnswer {
        let services = call.services
        try Throttling.countRegistration(call)
        let (email, password) = (try call.requiredText("email"), try call.requiredText("password"))
        let token = call.text("invitation_token")
        if let token {
            _ = try await services.database.read { try Invitations.find(token, for: email, call, $0) }
        } else if services.configuration.registration == .invited {
            throw PlatformError.forbidden("Registration is by invitation; use the link in the invitation.")
        }
        let policy = PasswordPolicy(services: services)
        try policy.check(password, member: "password", email: email)
        let hash = try await policy.hash(password)
        var user = Accounts.newPerson(email: email, name: try call.requiredText("display_name"), call)
        // Whoever has the token has read the e-mail.
        user.isEmailVerified = token != nil
        let begun = try await services.database.write { [user] connection in
            guard try UserTable.find(email: email, connection) == nil else {
                throw PlatformError.conflict("email-taken", "There is an account with this e-mail address.")
            }
            try UserTable.insert(user, passwordHash: hash, connection)
            if let token { try Invitations.accept(token, by: user, call, connection) }
            var event = call.event("auth.register", "user", user.id.text)
            event.user = user.id
            try services.audit.append(event, ofUser: user.id, now: call.now, connection)
            return try SessionStart.begin(user.id, call, connection)
        }
        if !user.isEmailVerified { try await EmailVerification.send(to: user, call) }
        return .data(.object(try await SessionStart.tokens(begun, call)))
    }
}
