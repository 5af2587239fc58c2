import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Who has a role on a single workflow. Roles on what it lies in hold as well, and are not listed here.
enum PermissionRoutes {
    private static let path = "/workflows/{id}/permissions"

    static let all: [APIRoute] = [
        APIRoute(
            name: "setWorkflowPermission", method: .post, path: path, tag: "Members",
            summary: "Gives somebody who is known in the company a role on the workflow, or another one than before.",
            access: .role(.admin, .members, on: .workflow("id")),
            body: .object([.required("user_id", .id), .required("role", .role)]),
            answer: AnswerRule.created(Documents.membership).or(.ok), handler: set),
        APIRoute(
            name: "listWorkflowPermissions", method: .get, path: path, tag: "Members",
            summary: "Who has a role on the workflow itself.",
            access: .role(.viewer, .members, on: .workflow("id")), answer: .page(Documents.member),
            handler: MemberRoutes.list),
        APIRoute(
            name: "removeWorkflowPermission", method: .delete, path: "\(path)/{userId}", tag: "Members",
            summary: "Takes away the role of somebody on the workflow; roles on what it lies in stay.",
            access: .role(.admin, .members, on: .workflow("id")), answer: .noContent, isVersioned: true,
            handler: MemberRoutes.remove),
    ]

    @Sendable private static func set(_ call: APICall) async throws -> APIAnswer {
        let (members, role) = (try Members(call), try MemberRoutes.role(call))
        guard let user = ID<User>(try call.requiredText("user_id")) else { throw PlatformError.notFound }
        let (membership, isNew) = try await call.services.database.write { connection in
            // So that nobody else gives the role between the question and the answer.
            try call.services.audit.lock(members.path.company, connection)
            guard try MembershipTable.find(user, on: members.path.resource, connection) != nil else {
                return (try members.add(user, role, connection), true)
            }
            return (try members.change(user, to: role, connection), false)
        }
        var answer = APIAnswer.data(Documents.make(membership), revision: membership.revision)
        if !isNew { answer.status = .ok }
        return answer
    }
}
