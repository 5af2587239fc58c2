import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Companies.
enum CompanyRoutes {
    static let body: [Schema.Member] = [
        .optional("slug", .text(1...63, .slug), "The name for addresses; made of the name when it is left out."),
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
            isVersioned: true, handler: show),
        APIRoute(
            name: "updateCompany", method: .put, path: "/companies/{id}", tag: "Companies",
            summary: "Changes a company; what is left out stays.",
            access: .role(.admin, .companies, on: .company("id")),
            body: .object([.optional("name", .name)] + body), answer: .ok(Documents.company),
            problems: [409: "The short name is taken."], isVersioned: true, handler: update),
        APIRoute(
            name: "deleteCompany", method: .delete, path: "/companies/{id}", tag: "Companies",
            summary: "Removes a company with all that belongs to it.",
            access: .role(.owner, .companies, on: .company("id"), byPerson: true), answer: .noContent,
            isVersioned: true, handler: delete),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let user = try call.caller.user
        let company = try Companies.new(
            name: try call.requiredText("name"), slug: call.text("slug"),
            metadata: call.body["metadata"]?.objectValue ?? [:], createdBy: user, call)
        try await call.services.database.write { try Companies.insert(company, ownedBy: user, call, $0) }
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

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let id = try call.path.company
        let company = try await call.services.database.read { try CompanyTable.find(id, $0) }
        guard let company else { throw PlatformError.notFound }
        return .data(Documents.make(company), revision: company.revision)
    }

    @Sendable private static func update(_ call: APICall) async throws -> APIAnswer {
        let id = try call.path.company
        let company = try await call.services.database.write { connection in
            try call.services.audit.lock(id, connection)
            guard let before = try CompanyTable.find(id, connection) else { throw PlatformError.notFound }
            try call.checkRevision(before.revision)
            var company = before
            if let name = call.text("name") { company.name = name }
            if let slug = call.text("slug") { company.slug = slug }
            if let metadata = call.body["metadata"]?.objectValue { company.metadata = metadata }
            (company.revision, company.updatedAt) = (before.revision + 1, call.now)
            let isSaved = try Companies.unlessTaken(company.slug) { try CompanyTable.update(company, connection) }
            guard isSaved else { throw PlatformError.preconditionFailed(EntityTag.make(before.revision)) }
            let difference = AuditEvent.difference(Documents.make(before), Documents.make(company))
            let event = call.event("company.update", "company", id.text, difference)
            try call.services.audit.append(event, to: id, now: call.now, connection)
            return company
        }
        return .data(Documents.make(company), revision: company.revision)
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let id = try call.path.company
        let workflows = try await call.services.database.write { connection in
            try call.services.audit.lock(id, connection)
            guard let company = try CompanyTable.find(id, connection) else { throw PlatformError.notFound }
            try call.checkRevision(company.revision)
            let workflows = try WorkflowTable.ofCompany(id, connection)
            try CompanyTable.delete(id, connection)
            let event = call.event("company.delete", "company", id.text, Documents.make(company))
            try call.services.audit.append(event, to: id, now: call.now, connection)
            return workflows
        }
        await call.services.workflows.remove(workflows)
        return .nothing
    }
}
