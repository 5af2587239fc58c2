import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Programs of a company, which have roles and API keys of their own.
enum ServiceAccountRoutes {
    private static let path = "/companies/{id}/service-accounts"

    static let all: [APIRoute] = [
        APIRoute(
            name: "createServiceAccount", method: .post, path: path, tag: "Credentials",
            summary: "Makes an account for a program, with a role on the company.",
            access: .role(.admin, .credentials, on: .company("id"), byPerson: true),
            body: .object([.required("name", .name), .required("role", .role)]),
            answer: .created(Documents.serviceAccount), handler: create),
        APIRoute(
            name: "listServiceAccounts", method: .get, path: path, tag: "Credentials",
            summary: "The accounts of programs.", access: .role(.admin, .credentials, on: .company("id")),
            answer: .page(Documents.serviceAccount), handler: list),
        APIRoute(
            name: "deleteServiceAccount", method: .delete, path: "\(path)/{accountId}", tag: "Credentials",
            summary: "Removes an account of a program with its keys.",
            access: .role(.admin, .credentials, on: .company("id"), byPerson: true), answer: .noContent,
            handler: delete),
        APIRoute(
            name: "createServiceAccountKey", method: .post, path: "\(path)/{accountId}/api-keys",
            tag: "Credentials", summary: "Makes a key with which a program calls in its own name.",
            access: .role(.admin, .credentials, on: .company("id"), byPerson: true), body: APIKeyRoutes.body,
            answer: AnswerRule.created(Documents.newAPIKey).secret, handler: createKey),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (services, company, members) = (call.services, try call.path.company, try Members(call))
        guard let role = Role(rawValue: try call.requiredText("role")) else {
            throw PlatformError.defect("the body has an unknown role")
        }
        let account = User(
            id: services.newID(), kind: .service, company: company, email: "", isEmailVerified: false,
            displayName: try call.requiredText("name"), avatarURL: "", isActive: true, hasSecondFactor: false,
            revision: 1, createdAt: call.now, updatedAt: call.now, lastLoginAt: nil)
        try await services.database.write { connection in
            try services.audit.lock(company, connection)
            try members.authorize([role], connection)
            try UserTable.insert(account, passwordHash: nil, connection)
            let event = call.event(
                "service-account.create", "user", account.id.text, Documents.makeServiceAccount(account))
            try services.audit.append(event, to: company, now: call.now, connection)
            _ = try members.add(account.id, role, connection)
        }
        return .data(.object(Documents.makeServiceAccount(account)))
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (company, page) = (try call.path.company, try call.page)
        let found = try await call.services.database.read { try UserTable.programs(of: company, page, $0) }
        return .page(found, limit: page.limit) { Documents.makeServiceAccount($0) }
    }

    /// The account that the path names, about which the caller may decide: its roles do not exceed theirs.
    private static func account(
        _ id: ID<User>, _ call: APICall, _ members: Members, _ connection: any SQLConnection
    ) throws -> User {
        let company = try call.path.company
        guard let account = try UserTable.find(id, connection), account.kind == .service, account.company == company
        else { throw PlatformError.notFound }
        try members.authorize(try MembershipTable.grants(of: id, connection).map(\.role), connection)
        return account
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let (company, members, id): (ID<Company>, Members, ID<User>) =
            (try call.path.company, try Members(call), try call.id("accountId"))
        try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let account = try account(id, call, members, connection)
            try UserTable.delete(id, connection)
            let event = call.event(
                "service-account.delete", "user", id.text, Documents.makeServiceAccount(account))
            try call.services.audit.append(event, to: company, now: call.now, connection)
        }
        return .nothing
    }

    @Sendable private static func createKey(_ call: APICall) async throws -> APIAnswer {
        let (members, id): (Members, ID<User>) = (try Members(call), try call.id("accountId"))
        return try await APIKeyRoutes.make(for: id, call) { connection in
            _ = try account(id, call, members, connection)
        }
    }
}
