import HTTPTypes
import WorkflowCore
import WorkflowStore

/// The secrets of a workflow, whose values come in and never go out.
enum SecretRoutes {
    private static let most = 200
    private static let name = Schema.text(1...128, .variable)

    static let all: [APIRoute] = [
        APIRoute(
            name: "listSecrets", method: .get, path: "/workflows/{id}/secrets", tag: "Secrets",
            summary: "The names of the secrets of a workflow, backwards by name.",
            access: .role(.viewer, .workflows, on: .workflow("id")), answer: .page(Documents.secret),
            handler: list),
        APIRoute(
            name: "setSecret", method: .put, path: "/workflows/{id}/secrets/{name}", tag: "Secrets",
            summary: "Sets a secret for `${secret.NAME}`; what runs has it from its next deployment.",
            access: .role(.editor, .workflows, on: .workflow("id")), parameters: ["name": name],
            body: .object([.required("value", .text(1...65_536))]), answer: .ok(Documents.secret),
            problems: [409: "The workflow has as many secrets as it may."], handler: set),
        APIRoute(
            name: "deleteSecret", method: .delete, path: "/workflows/{id}/secrets/{name}", tag: "Secrets",
            summary: "Removes a secret; what runs has it until its next deployment.",
            access: .role(.editor, .workflows, on: .workflow("id")), parameters: ["name": name],
            answer: .noContent, handler: delete),
    ]

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (id, page) = (try WorkflowRoutes.id(call), try call.page)
        let found = try await call.services.database.read { try SecretTable.list(of: id, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func set(_ call: APICall) async throws -> APIAnswer {
        let (user, name) = (try call.caller.user, try call.parameter("name", Self.name))
        let (company, value) = (try call.path.company, try call.requiredText("value"))
        let secret = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let workflow = try WorkflowRoutes.find(call, connection)
            let before = try SecretTable.find(name, of: workflow.id, connection)
            if before == nil, try SecretTable.count(of: workflow.id, connection) >= most {
                throw PlatformError.conflict("too-many-secrets", "A workflow has \(most) secrets at most.")
            }
            let sealed = try call.services.workflows.vault.seal(
                value, named: name, of: workflow, now: call.now, connection)
            try SecretTable.save(name, of: workflow.id, sealed: sealed, by: user, now: call.now, connection)
            guard let secret = try SecretTable.find(name, of: workflow.id, connection) else {
                throw PlatformError.defect("a secret that was saved is not there")
            }
            let event = call.event(
                "workflow-secret.set", "workflow", workflow.id.text,
                ["name": .string(name), "revision": .integer(secret.revision)])
            try call.services.audit.append(event, to: company, now: call.now, connection)
            return secret
        }
        return .data(.object(Documents.make(secret)))
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let (id, company) = (try WorkflowRoutes.id(call), try call.path.company)
        let name = try call.parameter("name", Self.name)
        try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            guard try SecretTable.find(name, of: id, connection) != nil else { throw PlatformError.notFound }
            try SecretTable.delete(name, of: id, connection)
            let event = call.event("workflow-secret.delete", "workflow", id.text, ["name": .string(name)])
            try call.services.audit.append(event, to: company, now: call.now, connection)
        }
        return .nothing
    }
}
