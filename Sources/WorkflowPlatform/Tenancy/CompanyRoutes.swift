import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Companies.
enum CompanyRoutes {
    static let body: [Schema.Member] = [
        .optional("slug", .text(1...63, .slug), "The short name; made of the name when it is left out."),
        .optional("metadata", .metadata),
    ]

    static let all: [APIRoute] = [
        APIRoute(
            name: "createCompany", method: .post, path: "/companies", tag: "Companies",
            summary: "Makes a company, whose owner is whoever calls.", access: .signedIn(byPerson: true),
            body: .object([.required("name", .name)] + body), answer: .created(Documents.company),
            problems: [409: "The short name is taken."], handler: create),
        APIRoute(
            name: "listCompanies", method: .get, path: "/companies", tag: "Companies",
            summary: "The companies in which whoever calls has a role on anything.",
            access: .signedIn(byPerson: false), answer: .page(Documents.company), handler: list),
        APIRoute(
            name: "showCompany", method: .get, path: "/companies/{id}", tag: "Companies", summary: "A company.",
            access: .role(.viewer, .companies, on: .company("id")), answer: .ok(Documents.company),
            isVersioned: true, handler: Company.show),
        APIRoute(
            name: "updateCompany", method: .put, path: "/companies/{id}", tag: "Companies",
            summary: "Changes a company; what is left out stays.",
            access: .role(.admin, .companies, on: .company("id")),
            body: .object([.optional("name", .name)] + body), answer: .ok(Documents.company),
            problems: [409: "The short name is taken."], isVersioned: true, handler: Company.update),
        APIRoute(
            name: "deleteCompany", method: .delete, path: "/companies/{id}", tag: "Companies",
            summary: "Removes a company with all that belongs to it.",
            access: .role(.owner, .companies, on: .company("id"), byPerson: true), answer: .noContent,
            isVersioned: true, handler: Company.delete),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (user, slug) = (try call.caller.user, call.text("slug"))
        let wanted = try Companies.new(
            name: try call.requiredText("name"), slug: slug, metadata: call.body["metadata"]?.objectValue ?? [:],
            createdBy: user, call)
        let company = try await call.services.database.write { connection in
            var company = wanted
            if slug == nil { company.slug = try Companies.freeShortName(like: wanted.slug, call, connection) }
            try Companies.insert(company, ownedBy: user, call, connection)
            return company
        }
        return .data(Documents.make(company), revision: company.revision)
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (caller, page) = (try call.caller, try call.page)
        if let company = caller.onlyCompany {
            // Such a credential works for its company only, and tells of no other.
            let one = try await call.services.database.read { try CompanyTable.find(company, $0) }
            let isMember = caller.grants.contains { $0.company == company }
            let items = isMember ? one.map { [$0] } ?? [] : []
            return .page(Page(items, limit: page.limit, total: items.count) { $0.id.text }, limit: page.limit) {
                Documents.make($0)
            }
        }
        var companies = try await call.services.database.read { try CompanyTable.list(of: caller.user, page, $0) }
        companies.items.removeAll { caller.closed.contains($0.id) }
        companies.total = companies.total.map { $0 - caller.closed.count }
        return .page(companies, limit: page.limit) { Documents.make($0) }
    }
}
