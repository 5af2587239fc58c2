import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Organizations.
enum OrganizationRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "createOrganization", method: .post, path: "/companies/{id}/organizations", tag: "Organizations",
            summary: "Makes an organization in a company.",
            access: .role(.editor, .organizations, on: .company("id")),
            body: .object([.required("name", .name)] + CompanyRoutes.body),
            answer: .created(Documents.organization), problems: [409: "The short name is taken."], handler: create),
        APIRoute(
            name: "listOrganizations", method: .get, path: "/companies/{id}/organizations", tag: "Organizations",
            summary: "The organizations of a company.",
            access: .role(.viewer, .organizations, on: .company("id")), answer: .page(Documents.organization),
            handler: list),
        APIRoute(
            name: "showOrganization", method: .get, path: "/organizations/{id}", tag: "Organizations",
            summary: "An organization.", access: .role(.viewer, .organizations, on: .organization("id")),
            answer: .ok(Documents.organization), isVersioned: true, handler: show),
        APIRoute(
            name: "updateOrganization", method: .put, path: "/organizations/{id}", tag: "Organizations",
            summary: "Changes an organization; what is left out stays.",
            access: .role(.admin, .organizations, on: .organization("id")),
            body: .object([.optional("name", .name)] + CompanyRoutes.body), answer: .ok(Documents.organization),
            problems: [409: "The short name is taken."], isVersioned: true, handler: update),
        APIRoute(
            name: "deleteOrganization", method: .delete, path: "/organizations/{id}", tag: "Organizations",
            summary: "Removes an organization with all that belongs to it.",
            access: .role(.owner, .organizations, on: .organization("id")), answer: .noContent, isVersioned: true,
            handler: delete),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (company, name) = (try call.path.company, try call.requiredText("name"))
        let organization = Organization(
            id: call.services.newID(), company: company, name: name,
            slug: try Companies.shortName(call.text("slug"), orFrom: name),
            metadata: call.body["metadata"]?.objectValue ?? [:], revision: 1, createdAt: call.now,
            updatedAt: call.now)
        try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            guard try CompanyTable.find(company, connection) != nil else { throw PlatformError.notFound }
            try Companies.unlessTaken(organization.slug) {
                try OrganizationTable.insert(organization, connection)
            }
            let event = call.event(
                "organization.create", "organization", organization.id.text, Documents.make(organization))
            try call.services.audit.append(event, to: company, now: call.now, connection)
        }
        return .data(Documents.make(organization), revision: organization.revision)
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (company, page) = (try call.path.company, try call.page)
        let found = try await call.services.database.read { try OrganizationTable.list(of: company, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    private static func id(_ call: APICall) throws -> ID<Organization> {
        guard let id = try call.path.organization else { throw PlatformError.defect("no organization in the path") }
        return id
    }

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let id = try id(call)
        let organization = try await call.services.database.read { try OrganizationTable.find(id, $0) }
        guard let organization else { throw PlatformError.notFound }
        return .data(Documents.make(organization), revision: organization.revision)
    }

    @Sendable private static func update(_ call: APICall) async throws -> APIAnswer {
        let (id, company) = (try id(call), try call.path.company)
        let organization = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            guard let before = try OrganizationTable.find(id, connection) else { throw PlatformError.notFound }
            try call.checkRevision(before.revision)
            var organization = before
            if let name = call.text("name") { organization.name = name }
            if let slug = call.text("slug") { organization.slug = slug }
            if let metadata = call.body["metadata"]?.objectValue { organization.metadata = metadata }
            (organization.revision, organization.updatedAt) = (before.revision + 1, call.now)
            let isSaved = try Companies.unlessTaken(organization.slug) {
                try OrganizationTable.update(organization, connection)
            }
            guard isSaved else { throw PlatformError.preconditionFailed(EntityTag.make(before.revision)) }
            let difference = AuditEvent.difference(Documents.make(before), Documents.make(organization))
            let event = call.event("organization.update", "organization", id.text, difference)
            try call.services.audit.append(event, to: company, now: call.now, connection)
            return organization
        }
        return .data(Documents.make(organization), revision: organization.revision)
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let (id, company) = (try id(call), try call.path.company)
        let workflows = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            guard let organization = try OrganizationTable.find(id, connection) else { throw PlatformError.notFound }
            try call.checkRevision(organization.revision)
            let workflows = try WorkflowTable.ofOrganization(id, connection)
            try OrganizationTable.delete(id, connection)
            let event = call.event("organization.delete", "organization", id.text, Documents.make(organization))
            try call.services.audit.append(event, to: company, now: call.now, connection)
            return workflows
        }
        await call.services.workflows.remove(workflows)
        return .nothing
    }
}
