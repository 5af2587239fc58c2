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
            name: "listAllOrganizations", method: .get, path: "/organizations", tag: "Organizations",
            summary: "All organizations that whoever calls may see, also of other companies.",
            access: .signedIn(byPerson: false), query: NameFilter.parameters(.organization),
            answer: .page(Documents.organization), problems: [403: "The API key has no scope for organizations."],
            handler: listAll),
        APIRoute(
            name: "showOrganization", method: .get, path: "/organizations/{id}", tag: "Organizations",
            summary: "An organization.", access: .role(.viewer, .organizations, on: .organization("id")),
            answer: .ok(Documents.organization), isVersioned: true, handler: Organization.show),
        APIRoute(
            name: "updateOrganization", method: .put, path: "/organizations/{id}", tag: "Organizations",
            summary: "Changes an organization; what is left out stays.",
            access: .role(.admin, .organizations, on: .organization("id")),
            body: .object([.optional("name", .name)] + CompanyRoutes.body), answer: .ok(Documents.organization),
            problems: [409: "The short name is taken."], isVersioned: true, handler: Organization.update),
        APIRoute(
            name: "deleteOrganization", method: .delete, path: "/organizations/{id}", tag: "Organizations",
            summary: "Removes an organization with all that belongs to it.",
            access: .role(.owner, .organizations, on: .organization("id")), answer: .noContent, isVersioned: true,
            handler: Organization.delete),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (company, name) = (try call.path.company, try call.requiredText("name"))
        let organization = Organization(
            id: call.services.newID(), company: company, name: name,
            slug: try Companies.shortName(call.text("slug"), orFrom: name),
            metadata: call.body["metadata"]?.objectValue ?? [:], revision: 1, createdAt: call.now,
            updatedAt: call.now)
        return try await organization.create(call) { connection in
            guard try CompanyTable.find(company, connection) != nil else { throw PlatformError.notFound }
            try OrganizationTable.insert(organization, connection)
        }
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (company, page) = (try call.path.company, try call.page)
        let found = try await call.services.database.read { try OrganizationTable.list(of: company, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func listAll(_ call: APICall) async throws -> APIAnswer {
        let (page, filter, grants) = (try call.page, NameFilter(call), try call.caller.grants(in: .organizations))
        let found = try await call.services.database.read { connection in
            try OrganizationTable.list(reachedBy: grants, filter, page, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }
}
