import HTTPTypes
import Synchronization
import WorkflowCore
import WorkflowStore

/// The first set-up: who knows the token that the server shows becomes the owner of the first company.
enum SetupRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "showSetup", method: .get, path: "/setup", tag: "Set-up",
            summary: "Whether the platform waits for its first user.", access: .open,
            answer: .ok(.named("Setup", .object([.required("needed", .boolean)]))), handler: show),
        APIRoute(
            name: "setUp", method: .post, path: "/setup", tag: "Set-up",
            summary: "Makes the first user and the first company.", access: .open,
            body: .object([
                .required("token", .text(1...200), "The token that the server shows when it starts."),
                .required("email", .email), .required("password", .text(1...1024, .password)),
                .required("display_name", .name), .required("company_name", .name),
            ]),
            answer: AnswerRule.created(Documents.tokens).secret,
            problems: [403: "The token is wrong.", 409: "The platform has been set up."], handler: setUp),
    ]

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        guard call.services.setupToken.withLock({ $0 != nil }) else { return .data(["needed": false]) }
        // Another process may have been quicker.
        return .data(["needed": .bool(try await !call.services.database.read { try UserTable.hasPeople($0) })])
    }

    @Sendable private static func setUp(_ call: APICall) async throws -> APIAnswer {
        let services = call.services
        guard let expected = services.setupToken.withLock({ $0 }) else { throw isDone }
        try Throttling.countRegistration(call)
        // Digests, so that the time of the comparison says nothing about the token.
        guard SecretTokens.hash(try call.requiredText("token")) == SecretTokens.hash(expected) else {
            throw PlatformError.forbidden("The token is wrong; the server shows it when it starts.")
        }
        let policy = PasswordPolicy(services: services)
        let (email, password) = (try call.requiredText("email"), try call.requiredText("password"))
        try policy.check(password, member: "password", email: email)
        let hash = try await policy.hash(password)
        var user = Accounts.newPerson(email: email, name: try call.requiredText("display_name"), call)
        user.isEmailVerified = true
        let company = try Companies.new(name: try call.requiredText("company_name"), createdBy: user.id, call)
        let begun = try await services.database.write { [user] connection in
            guard try SettingTable.claim("set-up", call.now.description, connection),
                try !UserTable.hasPeople(connection)
            else { throw isDone }
            try UserTable.insert(user, passwordHash: hash, connection)
            try Companies.insert(company, ownedBy: user.id, call, connection)
            var event = call.event("platform.set-up", "user", user.id.text)
            event.user = user.id
            try services.audit.append(event, to: company.id, now: call.now, connection)
            return try SessionStart.begin(user.id, call, connection)
        }
        services.setupToken.withLock { $0 = nil }
        return .data(.object(try await SessionStart.tokens(begun, call)))
    }

    private static var isDone: HTTPError {
        PlatformError.conflict("set-up-done", "The platform has been set up already.")
    }
}
