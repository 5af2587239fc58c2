import WorkflowCore

extension Documents {
    /// What a workflow does.
    static let deploymentStatus = Schema.named(
        "WorkflowStatus",
        .object([
            .required("id", .id, "The workflow."),
            .required("environment", EnvironmentParameter.schema, "Where it runs."),
            .required("status", .oneOf(["deploying", "running", "stopping", "stopped", "failed"]), "What it does."),
            .required("wanted", .oneOf(Workflow.Status.allCases.map(\.rawValue)), "What is wanted of it."),
            .required("version", .nullable(.integer(1...Int.max)), "The version that serves, or that did last."),
            .required("next_version", .nullable(.integer(1...Int.max)), "The version that is being brought up."),
            .required("since", .nullable(.time), "Since when it does this."),
            .required("path", .text(1...200), "What the paths of its requests begin with."),
            .required(
                "modules",
                .array(
                    .object([.required("name", .text(0...1000)), .required("type", .text(0...200))]), maximum: 10_000)),
            .required("paths", .array(.text(0...1000), maximum: 1000), "The paths that lead to its listeners."),
            .required("last_error", .nullable(.text(0...1_000_000)), "What went wrong last."),
            .required("restarts", .integer(0...Int.max), "How often it was started again since it was deployed."),
            .required("restart_at", .nullable(.time), "When it will be started again."),
        ]))

    /// - Parameter status: What is known of its engine; `nil` when it has none.
    static func make(_ state: WorkflowEnvironment, _ status: DeploymentStatus?) -> JSONObject {
        [
            "id": .string(state.key.workflow.text), "environment": .string(state.key.environment.text),
            "status": .string((status?.state ?? .stopped).rawValue),
            "wanted": .string(state.status.rawValue), "version": number(status?.version),
            "next_version": number(status?.nextVersion), "since": time(status?.since),
            "path": .string(Deployments.path(of: state.key)),
            "modules": .array(
                (status?.modules ?? []).map { ["name": .string($0.name), "type": .string($0.type)] }),
            "paths": .array((status?.paths ?? []).map { .string($0) }),
            "last_error": status?.lastError.map { .string($0) } ?? .null,
            "restarts": .integer(Int64(status?.restarts ?? 0)), "restart_at": time(status?.restartAt),
        ]
    }

    private static func number(_ number: Int?) -> JSONValue { number.map { .integer(Int64($0)) } ?? .null }
}
