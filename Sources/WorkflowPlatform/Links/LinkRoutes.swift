import HTTPTypes
import WorkflowCore
import WorkflowStore

/// The links of a workflow to others, and of others to it.
enum LinkRoutes {
    private static let path = "/workflows/{id}/links"

    static let all: [APIRoute] = [
        APIRoute(
            name: "createLink", method: .post, path: path, tag: "Links",
            summary: "Has another workflow of the company get events of this one.",
            access: .role(.editor, .workflows, on: .workflow("id")),
            body: .object([
                .required("target_workflow_id", .id, "A workflow that one may change as well."),
                .required(
                    "link_type", .text(1...200),
                    "Which events: segments between dots, of which `*` is any one and `**` any number."),
                .optional("config", Documents.linkSettings, "What the target does with them."),
            ]),
            answer: .created(Documents.link),
            problems: [
                409: "There is such a link, there are too many, or it would close a circle.",
                422: "The workflows cannot be linked.",
            ], handler: create),
        APIRoute(
            name: "listLinks", method: .get, path: path, tag: "Links",
            summary: "The links that begin or end at a workflow, newest first.",
            access: .role(.viewer, .workflows, on: .workflow("id")), answer: .page(Documents.link), handler: list),
        APIRoute(
            name: "deleteLink", method: .delete, path: "\(path)/{linkId}", tag: "Links",
            summary: "Removes a link that begins or ends at the workflow, with what it has not delivered.",
            access: .role(.editor, .workflows, on: .workflow("id")), answer: .noContent, handler: delete),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let creation = try LinkCreation(call)
        let link = try await call.services.database.write { try creation.link($0) }
        call.services.workflows.links.add(link)
        return .data(.object(Documents.make(link)))
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (id, page) = (try WorkflowRoutes.id(call), try call.page)
        let found = try await call.services.database.read { try LinkTable.list(of: id, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let company = try call.path.company
        let link = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let link = try find(call, connection)
            try LinkTable.delete(link.id, connection)
            let event = call.event("workflow-link.delete", "workflow", link.source.text, Documents.make(link))
            try call.services.audit.append(event, to: company, now: call.now, connection)
            return link
        }
        call.services.workflows.links.remove(link)
        return .nothing
    }

    /// The link that the path names, which begins or ends at the workflow that it names.
    static func find(_ call: APICall, _ connection: any SQLConnection) throws -> WorkflowLink {
        let (workflow, id): (ID<Workflow>, ID<WorkflowLink>) = (try WorkflowRoutes.id(call), try call.id("linkId"))
        guard let link = try LinkTable.find(id, connection), link.source == workflow || link.target == workflow else {
            throw PlatformError.notFound
        }
        return link
    }
}
