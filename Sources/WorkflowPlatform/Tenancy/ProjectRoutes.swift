import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Projects.
enum ProjectRoutes {
    private static let body = CompanyRoutes.body + [.optional("description", .text(0...2000))]

    static let all: [APIRoute] = [
        APIRoute(
            name: "createProject", method: .post, path: "/organizations/{id}/projects", tag: "Projects",
            summary: "Makes a project in an organization.",
            access: .role(.editor, .projects, on: .organization("id")),
            body: .object([.required("name", .name)] + body), answer: .created(Documents.project),
            problems: [409: "The short name is taken."], handler: create),
        APIRoute(
            name: "listProjects", method: .get, path: "/organizations/{id}/projects", tag: "Projects",
            summary: "The projects of an organization.",
            access: .role(.viewer, .projects, on: .organization("id")), answer: .page(Documents.project),
            handler: list),
        APIRoute(
            name: "listAllProjects", method: .get, path: "/projects", tag: "Projects",
            summary: "All projects that whoever calls may see, also of other companies.",
            access: .signedIn(byPerson: false), query: NameFilter.parameters(.project),
            answer: .page(Documents.project), problems: [403: "The API key has no scope for projects."],
            handler: listAll),
        APIRoute(
            name: "showProject", method: .get, path: "/projects/{id}", tag: "Projects", summary: "A project.",
            access: .role(.viewer, .projects, on: .project("id")), answer: .ok(Documents.project),
            isVersioned: true, handler: Project.show),
        APIRoute(
            name: "updateProject", method: .put, path: "/projects/{id}", tag: "Projects",
            summary: "Changes a project; what is left out stays.",
            access: .role(.editor, .projects, on: .project("id")),
            body: .object([.optional("name", .name)] + body), answer: .ok(Documents.project),
            problems: [409: "The short name is taken."], isVersioned: true, handler: Project.update),
        APIRoute(
            name: "deleteProject", method: .delete, path: "/projects/{id}", tag: "Projects",
            summary: "Removes a project with all that belongs to it.",
            access: .role(.owner, .projects, on: .project("id")), answer: .noContent, isVersioned: true,
            handler: Project.delete),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (path, name) = (try call.path, try call.requiredText("name"))
        guard let organization = path.organization else { throw PlatformError.defect("no organization in the path") }
        let project = Project(
            id: call.services.newID(), company: path.company, organization: organization, name: name,
            slug: try Companies.shortName(call.text("slug"), orFrom: name),
            description: call.text("description") ?? "", metadata: call.body["metadata"]?.objectValue ?? [:],
            revision: 1, createdAt: call.now, updatedAt: call.now)
        return try await project.create(call) { connection in
            guard try OrganizationTable.find(organization, connection) != nil else { throw PlatformError.notFound }
            try ProjectTable.insert(project, connection)
        }
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        guard let organization = try call.path.organization else {
            throw PlatformError.defect("no organization in the path")
        }
        let page = try call.page
        let found = try await call.services.database.read { try ProjectTable.list(of: organization, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func listAll(_ call: APICall) async throws -> APIAnswer {
        let (page, filter, grants) = (try call.page, NameFilter(call), try call.caller.grants(in: .projects))
        let found = try await call.services.database.read { connection in
            try ProjectTable.list(reachedBy: grants, filter, page, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }
}
