import HTTPTypes
import WorkflowCore
import WorkflowStore

/// What a configuration that has not been saved would do.
enum PlanRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "planWorkflow", method: .post, path: "/workflows/{id}/plan", tag: "Workflows",
            summary: "Checks a configuration without saving it, and tells what its deployment would change.",
            access: .role(.viewer, .workflows, on: .workflow("id")),
            body: .object([.required("config_yaml", .text(1...Documents.longestConfiguration))]),
            answer: .ok(
                .named(
                    "WorkflowPlan",
                    .object([
                        .required(
                            "deployed_version", .nullable(.integer(1...Int.max)),
                            "What it is compared with; null when nothing runs."),
                        .required("plan", .freeObject(maximumBytes: 4 << 20)),
                    ]))),
            problems: [422: "The configuration is not valid."], handler: plan)
    ]

    @Sendable private static func plan(_ call: APICall) async throws -> APIAnswer {
        let text = try call.requiredText("config_yaml")
        let (workflow, running) = try await call.services.database.read { connection in
            let workflow = try WorkflowRoutes.find(call, connection)
            return (workflow, try workflow.deployedVersion.map { try VersionRoutes.find($0, call, connection) })
        }
        try await ConfigurationCheck.check(text, of: workflow, call)
        func version(_ number: Int, _ text: String) -> WorkflowVersion {
            WorkflowVersion(
                workflow: workflow.id, number: number, configuration: text, createdBy: workflow.updatedBy,
                createdAt: call.now)
        }
        let difference = try ConfigurationCheck.difference(
            running ?? version(0, "modules: []"), version(workflow.version + 1, text),
            registry: call.services.workflows.engines.registry)
        return .data([
            "deployed_version": workflow.deployedVersion.map { .integer(Int64($0)) } ?? .null,
            "plan": difference["plan"] ?? [:],
        ])
    }
}
