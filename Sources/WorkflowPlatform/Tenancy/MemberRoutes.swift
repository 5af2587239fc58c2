import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Members of companies, organizations and projects.
enum MemberRoutes {
    static let all: [APIRoute] =
        routes("Company", "/companies/{id}", .company("id"))
        + routes("Organization", "/organizations/{id}", .organization("id"))
        + routes("Project", "/projects/{id}", .project("id")) + [leaving]

    private static func routes(_ name: String, _ path: String, _ reference: ResourceReference) -> [APIRoute] {
        let thing = reference.level.rawValue
        let removal =
            reference.level == .company
            ? "Takes away all roles that somebody has in the company."
            : "Takes away the role of somebody on the \(thing)."
        return [
            APIRoute(
                name: "add\(name)Member", method: .post, path: "\(path)/members", tag: "Members",
                summary: "Gives somebody who is known in the company a role on the \(thing); others are invited.",
                access: .role(.admin, .members, on: reference),
                body: .object([.required("user_id", .id), .required("role", .role)]),
                answer: .created(Documents.membership), problems: [409: "The user has a role on it already."],
                handler: add),
            APIRoute(
                name: "list\(name)Members", method: .get, path: "\(path)/members", tag: "Members",
                summary: "Who has a role on the \(thing) itself.",
                access: .role(.viewer, .members, on: reference), answer: .page(Documents.member), handler: list),
            APIRoute(
                name: "update\(name)Member", method: .put, path: "\(path)/members/{userId}", tag: "Members",
                summary: "Gives a member of the \(thing) another role.",
                access: .role(.admin, .members, on: reference), body: .object([.required("role", .role)]),
                answer: .ok(Documents.membership), problems: [409: "It is the last owner."], isVersioned: true,
                handler: update),
            APIRoute(
                name: "remove\(name)Member", method: .delete, path: "\(path)/members/{userId}", tag: "Members",
                summary: removal, access: .role(.admin, .members, on: reference), answer: .noContent,
                problems: [409: "It is the last owner."], isVersioned: true, handler: remove),
        ]
    }

    private static let leaving = APIRoute(
        name: "leaveCompany", method: .post, path: "/companies/{id}/leave", tag: "Members",
        summary: "Gives up all roles in the company; a role on anything in it will do.",
        access: .role(.viewer, .members, on: .anythingIn("id"), byPerson: true), answer: .noContent,
        problems: [409: "It is the last owner."], handler: leave)

    /// The role that a body names.
    static func role(_ call: APICall) throws -> Role {
        guard let role = Role(rawValue: try call.requiredText("role")) else {
            throw PlatformError.defect("the body has an unknown role")
        }
        return role
    }

    @Sendable private static func add(_ call: APICall) async throws -> APIAnswer {
        let (members, role) = (try Members(call), try role(call))
        guard let user = ID<User>(try call.requiredText("user_id")) else { throw PlatformError.notFound }
        let membership = try await call.services.database.write { try members.add(user, role, $0) }
        return .data(Documents.make(membership), revision: membership.revision)
    }

    @Sendable static func list(_ call: APICall) async throws -> APIAnswer {
        let (resource, page) = (try call.path.resource, try call.page)
        let found = try await call.services.database.read { try MembershipTable.list(on: resource, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func update(_ call: APICall) async throws -> APIAnswer {
        let (members, user): (Members, ID<User>) = (try Members(call), try call.id("userId"))
        let role = try role(call)
        let membership = try await call.services.database.write { try members.change(user, to: role, $0) }
        return .data(Documents.make(membership), revision: membership.revision)
    }

    @Sendable static func remove(_ call: APICall) async throws -> APIAnswer {
        let (members, user): (Members, ID<User>) = (try Members(call), try call.id("userId"))
        try await call.services.database.write { try members.remove(user, $0) }
        return .nothing
    }

    @Sendable private static func leave(_ call: APICall) async throws -> APIAnswer {
        let (members, user) = (try Members(call), try call.caller.user)
        try await call.services.database.write { connection in
            try call.services.audit.lock(members.path.company, connection)
            try members.removeEverywhere(user, "member.leave", connection)
        }
        return .nothing
    }
}
