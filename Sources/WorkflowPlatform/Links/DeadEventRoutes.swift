import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Events that the target of a link has not taken.
enum DeadEventRoutes {
    private static let path = "/workflows/{id}/links/{linkId}/dead-letters"
    private static let deliveryID = Schema.text(64...64)

    static let all: [APIRoute] = [
        APIRoute(
            name: "listDeadEvents", method: .get, path: path, tag: "Links",
            summary: "The events that the target has not taken, newest first.",
            access: .role(.editor, .workflows, on: .workflow("id")), answer: .page(Documents.deadEvent),
            handler: list),
        APIRoute(
            name: "redriveDeadEvents", method: .post, path: "\(path)/redrive", tag: "Links",
            summary: "Has events delivered again.", access: .role(.editor, .workflows, on: .workflow("id")),
            body: .object([.optional("delivery_id", deliveryID, "Which one; all when it is left out.")]),
            answer: .ok(.object([.required("redriven", .integer(0...Int.max), "How many.")])), handler: redrive),
        APIRoute(
            name: "discardDeadEvent", method: .delete, path: "\(path)/{deliveryId}", tag: "Links",
            summary: "Removes an event that the target has not taken.",
            access: .role(.editor, .workflows, on: .workflow("id")), parameters: ["deliveryId": deliveryID],
            answer: .noContent, handler: discard),
    ]

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let page = try call.page
        let found = try await call.services.database.read { connection in
            try LinkDeliveryTable.dead(on: try LinkRoutes.find(call, connection).id, page, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func redrive(_ call: APICall) async throws -> APIAnswer {
        let (company, id) = (try call.path.company, call.text("delivery_id"))
        let (link, count) = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let link = try LinkRoutes.find(call, connection)
            let count = try LinkDeliveryTable.redrive(id, on: link.id, now: call.now, connection)
            guard id == nil || count == 1 else { throw PlatformError.notFound }
            try record("workflow-link.redrive", ["count": .integer(Int64(count))], link, call, connection)
            return (link, count)
        }
        call.services.workflows.links.redriven(count, on: link.id)
        return .data(["redriven": .integer(Int64(count))])
    }

    @Sendable private static func discard(_ call: APICall) async throws -> APIAnswer {
        let (company, id) = (try call.path.company, try call.parameter("deliveryId", deliveryID))
        try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let link = try LinkRoutes.find(call, connection)
            guard try LinkDeliveryTable.discard(id, on: link.id, connection) else { throw PlatformError.notFound }
            try record("workflow-link.discard", ["delivery_id": .string(id)], link, call, connection)
        }
        return .nothing
    }

    private static func record(
        _ action: String, _ details: JSONObject, _ link: WorkflowLink, _ call: APICall,
        _ connection: any SQLConnection
    ) throws {
        let event = call.event(
            action, "workflow", link.source.text, details.merging(["link_id": .string(link.id.text)]))
        try call.services.audit.append(event, to: link.company, now: call.now, connection)
    }
}
