import HTTPTypes
import WorkflowCore
import WorkflowStore

/// The environments of a company, and a workflow in each of them.
enum EnvironmentRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "showEnvironments", method: .get, path: "/companies/{id}/environments", tag: "Environments",
            summary: "The environments that the workflows of a company run in.",
            access: .role(.viewer, .companies, on: .company("id")), answer: .ok(Documents.environments),
            isVersioned: true, handler: show),
        APIRoute(
            name: "setEnvironments", method: .put, path: "/companies/{id}/environments", tag: "Environments",
            summary: "Says which environments there are, and which of them need an approval.",
            access: .role(.owner, .companies, on: .company("id")),
            body: .object([
                .required(
                    "environments",
                    .array(
                        .object([
                            .required("name", EnvironmentParameter.schema), .optional("requires_approval", .boolean),
                        ]), maximum: CompanyEnvironments.most))
            ]),
            answer: .ok(Documents.environments),
            problems: [409: "Something is deployed in an environment that is left out."], isVersioned: true,
            handler: set),
        APIRoute(
            name: "listWorkflowEnvironments", method: .get, path: "/workflows/{id}/environments",
            tag: "Environments", summary: "What of a workflow is wanted in each environment.",
            access: .role(.viewer, .workflows, on: .workflow("id")),
            answer: .ok(.array(Documents.workflowEnvironment, maximum: CompanyEnvironments.most)), handler: list),
        APIRoute(
            name: "clearWorkflowEnvironment", method: .delete, path: "/workflows/{id}/environments/{environment}",
            tag: "Environments",
            summary: "Stops a workflow in an environment, and removes its state and its secrets there.",
            access: .role(.owner, .workflows, on: .workflow("id")),
            parameters: ["environment": EnvironmentParameter.schema], answer: .noContent,
            problems: [409: "It is `prod`, which is removed with the workflow."], isVersioned: true, handler: clear),
    ]

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let company = try call.path.company
        let found = try await call.services.database.read { try CompanyEnvironmentTable.find(company, $0) }
        return .data(Documents.make(found), revision: found.revision)
    }

    @Sendable private static func set(_ call: APICall) async throws -> APIAnswer {
        let (company, wanted) = (try call.path.company, try read(call))
        let saved = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let before = try CompanyEnvironmentTable.find(company, connection)
            try call.checkRevision(before.revision)
            for removed in before.all.map(\.name) where !wanted.contains(where: { $0.name == removed }) {
                guard try !WorkflowEnvironmentTable.isUsed(removed, by: company, connection) else {
                    throw PlatformError.conflict(
                        "environment-in-use",
                        "Workflows are, or were, deployed in \(removed); remove them there before "
                            + "(DELETE /workflows/{id}/environments/\(removed)).")
                }
            }
            let saved = CompanyEnvironments(all: wanted, revision: before.revision + 1)
            try CompanyEnvironmentTable.save(saved, of: company, connection)
            let difference = AuditEvent.difference(Documents.make(before), Documents.make(saved))
            let event = call.event("company.environments", "company", company.text, difference)
            try call.services.audit.append(event, to: company, now: call.now, connection)
            return saved
        }
        return .data(Documents.make(saved), revision: saved.revision)
    }

    /// The environments in a body.
    ///
    /// - Throws: ``HTTPError`` 400 when a name is there twice, or the one that every company has is not.
    private static func read(_ call: APICall) throws -> [CompanyEnvironment] {
        let wanted = CompanyEnvironments(json: call.body["environments"] ?? [], revision: 0).all
        var (names, problems): (Set<EnvironmentName>, [SchemaProblem]) = ([], [])
        for (index, environment) in wanted.enumerated() where !names.insert(environment.name).inserted {
            problems.append(
                SchemaProblem(pointer: "/environments/\(index)/name", detail: "There is one of this name before it."))
        }
        if !names.contains(.production) {
            problems.append(SchemaProblem(pointer: "/environments", detail: "There must be one named prod."))
        }
        guard problems.isEmpty else { throw PlatformError.invalid(problems) }
        return wanted
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let id = try WorkflowRoutes.id(call)
        let found = try await call.services.database.read { connection in
            let states = try WorkflowEnvironmentTable.list(of: id, connection)
            return try CompanyEnvironmentTable.find(try call.path.company, connection).all.map { environment in
                let key = DeploymentKey(id, in: environment.name)
                let state = states.first { $0.key == key }
                return (
                    environment,
                    state ?? WorkflowEnvironment(key: key, status: .draft, deployedVersion: nil)
                )
            }
        }
        return .data(.array(found.map { .object(Documents.make($0, $1)) }))
    }

    @Sendable private static func clear(_ call: APICall) async throws -> APIAnswer {
        let name = try call.parameter("environment", EnvironmentParameter.schema)
        let key = DeploymentKey(try WorkflowRoutes.id(call), in: EnvironmentName(stored: name))
        guard key.environment != .production else {
            throw PlatformError.conflict("default-environment", "A workflow is removed from prod with all of it.")
        }
        // In the line of the key, which may be deployed again afterwards.
        try await call.services.workflows.exclusively(key) {
            try await call.services.database.write { connection in
                try call.services.audit.lock(try call.path.company, connection)
                let workflow = try WorkflowRoutes.find(call, connection)
                try call.checkRevision(workflow.revision)
                let environments = try CompanyEnvironmentTable.find(workflow.company, connection)
                guard environments[key.environment] != nil else { throw PlatformError.notFound }
                let state = try WorkflowEnvironmentTable.find(key, connection)
                try DeploymentTable.end(of: key, at: call.now, connection)
                try SecretTable.deleteAll(of: key, connection)
                try WorkflowEnvironmentTable.delete(key, connection)
                let version = state.deployedVersion.map { JSONValue.integer(Int64($0)) } ?? .null
                try DeploymentOperation.record("workflow.clear", ["version": version], key, call, connection)
            }
            try await call.services.workflows.engines.remove(key)
        }
        return .nothing
    }
}
