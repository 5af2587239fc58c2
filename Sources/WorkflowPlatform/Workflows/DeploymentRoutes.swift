import HTTPTypes
import WorkflowCore
import WorkflowStore

/// What runs of a workflow.
enum DeploymentRoutes {
    private static let problems = [
        409: "There is no such version, or something else has what it needs.",
        422: "The configuration is not valid.",
    ]

    static let all: [APIRoute] = [
        APIRoute(
            name: "deployWorkflow", method: .post, path: "/workflows/{id}/deploy", tag: "Deployment",
            summary: "Has a version run in place of the one that runs; no request is lost.",
            access: .role(.admin, .workflows, on: .workflow("id")),
            body: .object([
                .optional("version", .integer(1...Int(Int32.max)), "The newest one when it is left out.")
            ]),
            answer: .ok(Documents.workflowSummary), problems: problems, isVersioned: true, handler: deploy),
        APIRoute(
            name: "rollbackWorkflow", method: .post, path: "/workflows/{id}/rollback", tag: "Deployment",
            summary: "Has the version run again that ran before another one took its place.",
            access: .role(.admin, .workflows, on: .workflow("id")), answer: .ok(Documents.workflowSummary),
            problems: problems, isVersioned: true, handler: rollBack),
        APIRoute(
            name: "stopWorkflow", method: .post, path: "/workflows/{id}/stop", tag: "Deployment",
            summary: "Stops a workflow, and answers when it has really stopped; its state is kept.",
            access: .role(.admin, .workflows, on: .workflow("id")), answer: .ok(Documents.workflowSummary),
            problems: [409: "It is not deployed."], isVersioned: true, handler: stop),
        APIRoute(
            name: "showWorkflowStatus", method: .get, path: "/workflows/{id}/status", tag: "Deployment",
            summary: "What a workflow does now.", access: .role(.viewer, .workflows, on: .workflow("id")),
            answer: .ok(Documents.deploymentStatus), handler: status),
        APIRoute(
            name: "listDeployments", method: .get, path: "/workflows/{id}/deployments", tag: "Deployment",
            summary: "Which versions ran when.", access: .role(.viewer, .workflows, on: .workflow("id")),
            answer: .page(Documents.deployment), handler: list),
    ]

    @Sendable private static func deploy(_ call: APICall) async throws -> APIAnswer {
        try await run("workflow.deploy", call) { workflow, _ in
            let number = call.body["version"]?.intValue ?? workflow.version
            guard number >= 1, number <= workflow.version else {
                throw PlatformError.conflict(
                    "no-such-version",
                    workflow.version == 0
                        ? "The workflow has no configuration yet." : "There is no version \(number) of the workflow.")
            }
            return number
        }
    }

    @Sendable private static func rollBack(_ call: APICall) async throws -> APIAnswer {
        try await run("workflow.rollback", call) { workflow, connection in
            guard let current = workflow.deployedVersion,
                let earlier = try DeploymentTable.version(before: current, of: workflow.id, connection)
            else { throw PlatformError.conflict("no-earlier-version", "No other version ran before this one.") }
            return earlier
        }
    }

    /// Has a version run, and takes note of it.
    private static func run(
        _ action: String, _ call: APICall, _ choose: @escaping @Sendable (Workflow, any SQLConnection) throws -> Int
    ) async throws -> APIAnswer {
        let (id, deployments) = (try WorkflowRoutes.id(call), call.services.workflows)
        return try await deployments.exclusively(id) {
            let (next, before) = try await call.services.database.read { connection -> (Deployment, Deployment?) in
                let workflow = try WorkflowRoutes.find(call, connection)
                try call.checkRevision(workflow.revision)
                let version = try VersionRoutes.find(try choose(workflow, connection), call, connection)
                let next = try deployments.deployment(version, of: workflow, connection)
                guard let current = workflow.deployedVersion else { return (next, nil) }
                let running = try VersionRoutes.find(current, call, connection)
                return (next, try deployments.deployment(running, of: workflow, connection))
            }
            _ = try await ConfigurationCheck.translating { try await deployments.engines.deploy(next) }
            do {
                return try await note(next.version, action, call)
            } catch {
                await deployments.takeBack(id, to: before)
                throw error
            }
        }
    }

    private static func note(_ version: Int, _ action: String, _ call: APICall) async throws -> APIAnswer {
        let (user, company) = (try call.caller.user, try call.path.company)
        let workflow = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let before = try WorkflowRoutes.find(call, connection)
            var workflow = before
            (workflow.status, workflow.deployedVersion, workflow.updatedBy) = (.active, version, user)
            try save(&workflow, call, connection)
            try DeploymentTable.begin(version, of: workflow.id, by: user, at: call.now, connection)
            let previous = before.deployedVersion.map { JSONValue.integer(Int64($0)) } ?? .null
            let event = call.event(
                action, "workflow", workflow.id.text,
                ["version": .integer(Int64(version)), "previous_version": previous])
            try call.services.audit.append(event, to: company, now: call.now, connection)
            return workflow
        }
        return .data(Documents.make(workflow), revision: workflow.revision)
    }

    @Sendable private static func stop(_ call: APICall) async throws -> APIAnswer {
        let (user, company, id) = (try call.caller.user, try call.path.company, try WorkflowRoutes.id(call))
        return try await call.services.workflows.exclusively(id) {
            let workflow = try await call.services.database.write { connection in
                try call.services.audit.lock(company, connection)
                var workflow = try WorkflowRoutes.find(call, connection)
                try call.checkRevision(workflow.revision)
                guard workflow.status == .active, let version = workflow.deployedVersion else {
                    throw PlatformError.conflict("not-deployed", "The workflow is not deployed.")
                }
                (workflow.status, workflow.deployedVersion, workflow.updatedBy) = (.stopped, nil, user)
                try save(&workflow, call, connection)
                try DeploymentTable.end(of: id, at: call.now, connection)
                let event = call.event("workflow.stop", "workflow", id.text, ["version": .integer(Int64(version))])
                try call.services.audit.append(event, to: company, now: call.now, connection)
                return workflow
            }
            await call.services.workflows.engines.stop(id)
            return .data(Documents.make(workflow), revision: workflow.revision)
        }
    }

    private static func save(_ workflow: inout Workflow, _ call: APICall, _ connection: any SQLConnection) throws {
        workflow.revision += 1
        workflow.updatedAt = call.now
        guard try WorkflowTable.update(workflow, connection) else {
            throw PlatformError.preconditionFailed(EntityTag.make(workflow.revision - 1))
        }
    }

    @Sendable private static func status(_ call: APICall) async throws -> APIAnswer {
        let workflow = try await call.services.database.read { try WorkflowRoutes.find(call, $0) }
        let status = await call.services.workflows.engines.status(of: workflow.id)
        return .data(.object(Documents.make(workflow, status)))
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (id, page) = (try WorkflowRoutes.id(call), try call.page)
        let found = try await call.services.database.read { try DeploymentTable.list(of: id, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }
}
