import WorkflowCore

extension Documents {
    private static let workflowCounts = Schema.named(
        "WorkflowCounts", .object(Workflow.Status.allCases.map { .required($0.rawValue, .integer(0...Int.max)) }))
    private static let executionCounts = Schema.named(
        "ExecutionCounts", .object(Execution.Status.allCases.map { .required($0.rawValue, .integer(0...Int.max)) }))

    /// What is to be seen of all workflows.
    static let dashboard = Schema.named(
        "Dashboard",
        .object([
            .required("total_workflows", .integer(0...Int.max)),
            .required("workflow_counts", workflowCounts, "The workflows by what is wanted of them."),
            .required("execution_counts", executionCounts, "The executions of all workflows."),
            .required("log_counts", logCounts, "The lines in the logs of all workflows."),
            .required(
                "workflow_summaries",
                .array(
                    .object([
                        .required("workflow_id", .id), .required("workflow_name", .name),
                        .required("status", .oneOf(Workflow.Status.allCases.map(\.rawValue))),
                        .required("executions", executionCounts), .required("log_counts", logCounts),
                    ]),
                    maximum: 100),
                "A part of the workflows, newest first."),
            .required("page_size", .integer(1...100)),
            .required("next_cursor", .nullable(.text(1...256)), "Where the next part begins; null at the end."),
        ]))

    static func make(_ dashboard: Dashboard, limit: Int) -> JSONObject {
        [
            "total_workflows": .integer(dashboard.workflows.values.reduce(0, +)),
            "workflow_counts": counts(dashboard.workflows), "execution_counts": counts(dashboard.executions),
            "log_counts": .object(make(dashboard.logs)),
            "workflow_summaries": .array(
                dashboard.page.items.map { summary in
                    [
                        "workflow_id": .string(summary.workflow.text), "workflow_name": .string(summary.name),
                        "status": .string(summary.status.rawValue), "executions": counts(summary.executions),
                        "log_counts": .object(make(summary.logs)),
                    ]
                }),
            "page_size": .integer(Int64(limit)),
            "next_cursor": dashboard.page.next.map { .string($0.text) } ?? .null,
        ]
    }

    /// What is to be seen of one workflow.
    static let workflowDashboard = Schema.named(
        "WorkflowDashboard",
        .object([
            .required("workflow", workflow), .required("execution_counts", executionCounts),
            .required("log_counts", logCounts),
            .required("recent_executions", .array(execution, maximum: 10), "The last ten, newest first."),
        ]))

    /// A number for each case, also where there are none.
    static func counts<Status>(_ counts: [Status: Int64]) -> JSONValue
    where Status: RawRepresentable<String> & CaseIterable & Hashable {
        .object(JSONObject(Status.allCases.map { ($0.rawValue, .integer(counts[$0] ?? 0)) }))
    }
}
