import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Removing one's own account.
///
/// Of the user only the identifier is left: in the audit log and with what they made. Names are not written into the
/// log; its lists look them up.
enum AccountDeletion {
    /// How long ago a sign-in may be that stands in for the password.
    private static let freshness = Duration.seconds(5 * 60)

    static let all: [APIRoute] = [
        APIRoute(
            name: "deleteAccount", method: .post, path: "/auth/me/delete", tag: "Account",
            summary: "Removes the account of whoever calls, with all roles, sessions and API keys.",
            access: .signedIn(byPerson: true),
            body: .object([
                .optional(
                    "password", .text(1...1024, .password),
                    "May be left out within five minutes of signing in."),
                .optional("code", .text(1...64), "The code of the second factor, or a recovery code."),
            ]),
            answer: .noContent,
            problems: [
                401: "Nobody is signed in, or the code of the second factor is missing.",
                403: "The password or the code is wrong, or is needed.", 409: "A company would have no owner left.",
            ], handler: delete)
    ]

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let user = try await confirm(call)
        let isDone = try await SecondFactor.check(user, call) { connection in
            try remove(user, call, connection)
            return true
        }
        guard isDone != nil else { throw PlatformError.forbidden("The code is wrong.") }
        return .nothing
    }

    /// Makes sure that it is really the user who calls.
    private static func confirm(_ call: APICall) async throws -> User {
        if call.body["password"] != nil { return try await SecondFactor.checkPassword(call) }
        let (user, began) = try await call.services.database.read { connection in
            (
                try Accounts.current(call, connection),
                try call.caller.session.flatMap { try SessionTable.beginning(of: $0, connection) }
            )
        }
        guard let began, began.duration(to: call.now) <= freshness else {
            throw PlatformError.problem(
                .forbidden, "confirmation-required", "Send your password, or sign in again just before.")
        }
        return user
    }

    private static func remove(_ user: User, _ call: APICall, _ connection: any SQLConnection) throws {
        let grants = try MembershipTable.grants(of: user.id, connection)
        // In one order everywhere, so that two transactions never wait for each other.
        for company in Set(grants.map(\.company)).sorted() {
            try call.services.audit.lock(company, connection)
            try keepOwner(of: company, besides: user.id, connection)
            let roles = grants.filter { $0.company == company }.map { JSONValue.object(Documents.make($0)) }
            let event = call.event("auth.account-delete", "user", user.id.text, ["roles": .array(roles)])
            try call.services.audit.append(event, to: company, now: call.now, connection)
        }
        if grants.isEmpty {
            let event = call.event("auth.account-delete", "user", user.id.text)
            try call.services.audit.append(event, to: nil, now: call.now, connection)
        }
        try InvitationTable.deleteAll(for: user.email, connection)
        try UserTable.delete(user.id, connection)
    }

    private static func keepOwner(
        of company: ID<Company>, besides user: ID<User>, _ connection: any SQLConnection
    ) throws {
        guard try MembershipTable.find(user, on: company.text, connection)?.role == .owner,
            try !MembershipTable.hasOwner(company, besides: user, connection)
        else { return }
        let name = try CompanyTable.find(company, connection)?.name ?? company.text
        throw PlatformError.conflict(
            "last-owner",
            "You are the last owner of \(name); make somebody else an owner, or remove the company, before.")
    }
}
