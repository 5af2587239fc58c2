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
            access: .role(.viewer, .workflows, on: .workflow("id")),
            query: [EnvironmentParameter.query], answer: .page(Documents.secret), handler: list),
        APIRoute(
            name: "setSecret", method: .put, path: "/workflows/{id}/secrets/{name}", tag: "Secrets",
            summary: "Sets a secret for `${secret.NAME}`; what runs has it from its next deployment.",
            access: .role(.editor, .workflows, on: .workflow("id")), parameters: ["name": name],
            query: [EnvironmentParameter.query],
            body: .object([.required("value", .text(1...65_536))]), answer: .ok(Documents.secret),
            problems: [409: "The workflow has as many secrets as it may."], handler: set),
        APIRoute(
            name: "deleteSecret", method: .delete, path: "/workflows/{id}/secrets/{name}", tag: "Secrets",
            summary: "Removes a secret; what runs has it until its next deployment.",
            access: .role(.editor, .workflows, on: .workflow("id")), parameters: ["name": name],
            query: [EnvironmentParameter.query],
            answer: .noContent, handler: delete),
    ]

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let page = try call.page
        let found = try await call.services.database.read { connection in
            try SecretTable.list(of: try EnvironmentParameter.key(call, connection), page, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func set(_ call: APICall) async throws -> APIAnswer {
        let (user, name) = (try call.caller.user, try call.parameter("name", Self.name))
        let (company, value) = (try call.path.company, try call.requiredText("value"))
        let secret = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let workflow = try WorkflowRoutes.find(call, connection)
            let key = try EnvironmentParameter.key(call, connection)
            let before = try SecretTable.find(name, of: key, connection)
            if before == nil, try SecretTable.count(of: key, connection) >= most {
                throw PlatformError.conflict(
                    "too-many-secrets", "A workflow has \(most) secrets in an environment at most.")
            }
            let sealed = try call.services.workflows.vault.seal(
                value, named: name, of: workflow, in: key.environment, now: call.now, connection)
            try SecretTable.save(name, of: key, sealed: sealed, by: user, now: call.now, connection)
            guard let secret = try SecretTable.find(name, of: key, connection) else {
                throw PlatformError.defect("a secret that was saved is not there")
            }
            try DeploymentOperation.record(
                "workflow-secret.set", ["name": .string(name), "revision": .integer(secret.revision)], key, call,
                connection)
            return secret
        }
        return .data(.object(Documents.make(secret)))
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let company = try call.path.company
        let name = try call.parameter("name", Self.name)
        try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let key = try EnvironmentParameter.key(call, connection)
            guard try SecretTable.find(name, of: key, connection) != nil else { throw PlatformError.notFound }
            try SecretTable.delete(name, of: key, connection)
            try DeploymentOperation.record(
                "workflow-secret.delete", ["name": .string(name)], key, call, connection)
        }
        return .nothing
    }
}
