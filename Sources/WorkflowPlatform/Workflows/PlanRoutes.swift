import HTTPTypes
import WorkflowCore
import WorkflowStore

/// What a configuration that has not been saved would do.
enum PlanRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "planWorkflow", method: .post, path: "/workflows/{id}/plan", tag: "Workflows",
            summary: "Checks a configuration without saving it, and tells what its deployment would change.",
            access: .role(.viewer, .workflows, on: .workflow("id")), query: [EnvironmentParameter.query],
            body: .object([.required("config_yaml", .text(1...Documents.longestConfiguration))]),
            answer: .ok(
                .named(
                    "WorkflowPlan",
                    .object([
                        .required(
                            "deployed_version", .nullable(.integer(1...Int.max)),
                            "What it is compared with; null when nothing runs."),
                        .required(
                            "plan", .freeObject(maximumBytes: 4 << 20),
                            "Parts, routes, schedules, state machines, and the instances that it would strand."),
                    ]))),
            problems: [422: "The configuration is not valid."], handler: plan)
    ]

    @Sendable private static func plan(_ call: APICall) async throws -> APIAnswer {
        let text = try call.requiredText("config_yaml")
        let (workflow, state, running) = try await call.services.database.read { connection in
            let workflow = try WorkflowRoutes.find(call, connection)
            let state = try WorkflowEnvironmentTable.find(try EnvironmentParameter.key(call, connection), connection)
            return (workflow, state, try state.deployedVersion.map { try VersionRoutes.find($0, call, connection) })
        }
        try await ConfigurationCheck.check(text, of: workflow, call)
        func version(_ number: Int, _ text: String) -> WorkflowVersion {
            WorkflowVersion(
                workflow: workflow.id, number: number, configuration: text, createdBy: workflow.updatedBy,
                createdAt: call.now)
        }
        let engines = call.services.workflows.engines
        var plan = try ConfigurationCheck.difference(
            running ?? version(0, "modules: []"), version(workflow.version + 1, text), registry: engines.registry)
        plan.stranded = try await engines.stranded(by: plan, of: state.key)
        return .data([
            "deployed_version": state.deployedVersion.map { .integer(Int64($0)) } ?? .null, "plan": plan.json,
        ])
    }
}
