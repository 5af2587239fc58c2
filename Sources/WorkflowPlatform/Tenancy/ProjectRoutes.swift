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
            name: "showProject", method: .get, path: "/projects/{id}", tag: "Projects", summary: "A project.",
            access: .role(.viewer, .projects, on: .project("id")), answer: .ok(Documents.project),
            isVersioned: true, handler: show),
        APIRoute(
            name: "updateProject", method: .put, path: "/projects/{id}", tag: "Projects",
            summary: "Changes a project; what is left out stays.",
            access: .role(.editor, .projects, on: .project("id")),
            body: .object([.optional("name", .name)] + body), answer: .ok(Documents.project),
            problems: [409: "The short name is taken."], isVersioned: true, handler: update),
        APIRoute(
            name: "deleteProject", method: .delete, path: "/projects/{id}", tag: "Projects",
            summary: "Removes a project with all that belongs to it.",
            access: .role(.owner, .projects, on: .project("id")), answer: .noContent, isVersioned: true,
            handler: delete),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (path, name) = (try call.path, try call.requiredText("name"))
        guard let organization = path.organization else { throw PlatformError.defect("no organization in the path") }
        let project = Project(
            id: call.services.newID(), company: path.company, organization: organization, name: name,
            slug: try Companies.shortName(call.text("slug"), orFrom: name),
            description: call.text("description") ?? "", metadata: call.body["metadata"]?.objectValue ?? [:],
            revision: 1, createdAt: call.now, updatedAt: call.now)
        try await call.services.database.write { connection in
            try call.services.audit.lock(path.company, connection)
            guard try OrganizationTable.find(organization, connection) != nil else { throw PlatformError.notFound }
            try Companies.unlessTaken(project.slug) { try ProjectTable.insert(project, connection) }
            let event = call.event("project.create", "project", project.id.text, Documents.make(project))
            try call.services.audit.append(event, to: path.company, now: call.now, connection)
        }
        return .data(Documents.make(project), revision: project.revision)
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        guard let organization = try call.path.organization else {
            throw PlatformError.defect("no organization in the path")
        }
        let page = try call.page
        let found = try await call.services.database.read { try ProjectTable.list(of: organization, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    private static func id(_ call: APICall) throws -> ID<Project> {
        guard let id = try call.path.project else { throw PlatformError.defect("no project in the path") }
        return id
    }

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let id = try id(call)
        let project = try await call.services.database.read { try ProjectTable.find(id, $0) }
        guard let project else { throw PlatformError.notFound }
        return .data(Documents.make(project), revision: project.revision)
    }

    @Sendable private static func update(_ call: APICall) async throws -> APIAnswer {
        let (id, company) = (try id(call), try call.path.company)
        let project = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            guard let before = try ProjectTable.find(id, connection) else { throw PlatformError.notFound }
            try call.checkRevision(before.revision)
            var project = before
            if let name = call.text("name") { project.name = name }
            if let slug = call.text("slug") { project.slug = slug }
            if let description = call.text("description") { project.description = description }
            if let metadata = call.body["metadata"]?.objectValue { project.metadata = metadata }
            (project.revision, project.updatedAt) = (before.revision + 1, call.now)
            let isSaved = try Companies.unlessTaken(project.slug) { try ProjectTable.update(project, connection) }
            guard isSaved else { throw PlatformError.preconditionFailed(EntityTag.make(before.revision)) }
            let difference = AuditEvent.difference(Documents.make(before), Documents.make(project))
            let event = call.event("project.update", "project", id.text, difference)
            try call.services.audit.append(event, to: company, now: call.now, connection)
            return project
        }
        return .data(Documents.make(project), revision: project.revision)
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let (id, company) = (try id(call), try call.path.company)
        let workflows = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            guard let project = try ProjectTable.find(id, connection) else { throw PlatformError.notFound }
            try call.checkRevision(project.revision)
            let workflows = try WorkflowTable.ofProject(id, connection)
            try ProjectTable.delete(id, connection)
            let event = call.event("project.delete", "project", id.text, Documents.make(project))
            try call.services.audit.append(event, to: company, now: call.now, connection)
            return workflows
        }
        await call.services.workflows.remove(workflows)
        return .nothing
    }
}
