import HTTPTypes
import WorkflowCore
import WorkflowStore

/// What runs of a workflow.
enum DeploymentRoutes {
    private static let problems = [
        402: "The company has as many deployments as it may have.",
        409: """
        There is no such version, it needs an approval, something else has what it needs, or instances would be in states \
        that are gone (`stranded`).
        """,
        422: "The configuration or the mapping is not valid.",
    ]

    static let all: [APIRoute] = [
        APIRoute(
            name: "deployWorkflow", method: .post, path: "/workflows/{id}/deploy", tag: "Deployment",
            summary: "Has a version run in place of the one that runs; no request is lost.",
            access: .role(.admin, .workflows, on: .workflow("id")), query: [EnvironmentParameter.query],
            body: .object(
                [.optional("version", .integer(1...Int(Int32.max)), "The newest one when it is left out.")]
                    + StrandedOptions.members),
            answer: .ok(Documents.workflowSummary), problems: problems, isVersioned: true, handler: deploy),
        APIRoute(
            name: "rollbackWorkflow", method: .post, path: "/workflows/{id}/rollback", tag: "Deployment",
            summary: "Has the version run again that ran before another one took its place.",
            access: .role(.admin, .workflows, on: .workflow("id")), query: [EnvironmentParameter.query],
            body: .object(StrandedOptions.members), answer: .ok(Documents.workflowSummary),
            problems: problems, isVersioned: true, handler: rollBack),
        APIRoute(
            name: "stopWorkflow", method: .post, path: "/workflows/{id}/stop", tag: "Deployment",
            summary: "Stops a workflow, and answers when it has really stopped; its state is kept.",
            access: .role(.admin, .workflows, on: .workflow("id")), query: [EnvironmentParameter.query],
            answer: .ok(Documents.workflowSummary),
            problems: [409: "It is not deployed."], isVersioned: true, handler: stop),
        APIRoute(
            name: "showWorkflowStatus", method: .get, path: "/workflows/{id}/status", tag: "Deployment",
            summary: "What a workflow does now.", access: .role(.viewer, .workflows, on: .workflow("id")),
            query: [EnvironmentParameter.query], answer: .ok(Documents.deploymentStatus), handler: status),
        APIRoute(
            name: "listDeployments", method: .get, path: "/workflows/{id}/deployments", tag: "Deployment",
            summary: "Which versions ran when.", access: .role(.viewer, .workflows, on: .workflow("id")),
            query: [EnvironmentParameter.query],
            answer: .page(Documents.deployment), handler: list),
    ]

    @Sendable private static func deploy(_ call: APICall) async throws -> APIAnswer {
        try await run("workflow.deploy", call) { situation, _ in
            let (workflow, current) = (situation.workflow, situation.state.deployedVersion)
            let number = call.body["version"]?.intValue ?? workflow.version
            guard number >= 1, number <= workflow.version else {
                throw PlatformError.conflict(
                    "no-such-version",
                    workflow.version == 0
                        ? "The workflow has no configuration yet." : "There is no version \(number) of the workflow.")
            }
            // The same version again, as for new secrets, was approved before.
            guard !situation.environment.needsApproval || number == current else {
                throw PlatformError.conflict(
                    "approval-required",
                    "Another version gets to \(situation.environment.name) by an approved promotion only.")
            }
            return number
        }
    }

    @Sendable private static func rollBack(_ call: APICall) async throws -> APIAnswer {
        try await run("workflow.rollback", call) { situation, connection in
            guard let current = situation.state.deployedVersion,
                let earlier = try DeploymentTable.version(before: current, of: situation.state.key, connection)
            else { throw PlatformError.conflict("no-earlier-version", "No other version ran before this one.") }
            return earlier
        }
    }

    private static func run(
        _ action: String, _ call: APICall,
        _ choose: @escaping @Sendable (DeploymentOperation.Situation, any SQLConnection) throws -> Int
    ) async throws -> APIAnswer {
        let key = try await EnvironmentParameter.key(call)
        let workflow = try await DeploymentOperation(call: call, key: key, action: action, choose: choose).run()
        return .data(Documents.make(workflow), revision: workflow.revision)
    }

    @Sendable private static func stop(_ call: APICall) async throws -> APIAnswer {
        let key = try await EnvironmentParameter.key(call)
        return try await call.services.workflows.exclusively(key) {
            let workflow = try await call.services.database.write { connection in
                try call.services.audit.lock(try call.path.company, connection)
                let workflow = try WorkflowRoutes.find(call, connection)
                try call.checkRevision(workflow.revision)
                var state = try WorkflowEnvironmentTable.find(key, connection)
                guard state.status == .active, let version = state.deployedVersion else {
                    throw PlatformError.conflict("not-deployed", "The workflow is not deployed.")
                }
                (state.status, state.deployedVersion) = (.stopped, nil)
                let saved = try Deployments.save(
                    state, workflow, by: try call.caller.user, at: call.now, connection)
                try DeploymentTable.end(of: key, at: call.now, connection)
                try DeploymentOperation.record(
                    "workflow.stop", ["version": .integer(Int64(version))], key, call, connection)
                return saved
            }
            await call.services.workflows.engines.stop(key)
            return .data(Documents.make(workflow), revision: workflow.revision)
        }
    }

    @Sendable private static func status(_ call: APICall) async throws -> APIAnswer {
        let state = try await call.services.database.read { connection in
            try WorkflowEnvironmentTable.find(try EnvironmentParameter.key(call, connection), connection)
        }
        let status = await call.services.workflows.engines.status(of: state.key)
        return .data(.object(Documents.make(state, status)))
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let page = try call.page
        let found = try await call.services.database.read { connection in
            try DeploymentTable.list(of: try EnvironmentParameter.key(call, connection), page, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }
}
