import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Registration.
enum RegistrationRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "register", method: .post, path: "/auth/register", tag: "Sign-in",
            summary: "Makes an account. Where registration is by invitation, the token of one is needed. "
                + "Where addresses are confirmed first, an account without an invitation is made by the link in an "
                + "e-mail (202), and nobody learns whether there is one.",
            access: .open,
            body: .object([
                .required("email", .email), .required("password", .text(1...1024, .password)),
                .required("display_name", .name), .optional("invitation_token", .text(1...200)),
            ]),
            answer: AnswerRule.created(Documents.tokens).secret.or(.accepted, .nothing),
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
        let isConfirmedFirst = token == nil && services.configuration.confirmsRegistrations
        if isConfirmedFirst { try Throttling.begin(account: "register \(UserTable.key(email))", call) }
        let registration = Registration(
            email: email, displayName: try call.requiredText("display_name"),
            passwordHash: try await policy.hash(password))
        guard !isConfirmedFirst else {
            try await Registrations.begin(registration, call)
            return APIAnswer(status: .accepted)
        }
        let (user, begun) = try await services.database.write { connection in
            // Whoever has the token has read the e-mail.
            let user = try Registrations.make(registration, isConfirmed: token != nil, call, connection)
            if let token { try Invitations.accept(token, by: user, call, connection) }
            return (user, try SessionStart.begin(user.id, call, connection))
        }
        if !user.isEmailVerified { try await EmailVerification.send(to: user, call) }
        return .data(.object(try await SessionStart.tokens(begun, call)))
    }
}
