import HTTPTypes
import WorkflowCore
import WorkflowStore

/// What is to be seen of workflows at a glance.
enum DashboardRoutes {
    private static let recentExecutions = 10
    private static let company = QueryParameter("company_id", .id, "Only the workflows of this company.")

    static let all: [APIRoute] = [
        APIRoute(
            name: "showDashboard", method: .get, path: "/dashboard", tag: "Activity",
            summary: "All workflows that whoever calls may see, with what they did and logged.",
            access: .signedIn(byPerson: false), query: APIRoute.pageParameters + [company],
            answer: .ok(Documents.dashboard),
            problems: [403: "The API key has no scope for executions."], handler: dashboard),
        APIRoute(
            name: "showWorkflowDashboard", method: .get, path: "/workflows/{id}/dashboard", tag: "Activity",
            summary: "A workflow with what it did and logged.",
            access: .role(.viewer, .executions, on: .workflow("id")), answer: .ok(Documents.workflowDashboard),
            handler: workflowDashboard),
    ]

    @Sendable private static func dashboard(_ call: APICall) async throws -> APIAnswer {
        let page = try call.page
        var grants = try call.caller.grants(in: .executions)
        if let company = call.query[company.name] { grants.removeAll { $0.company.text != company } }
        let dashboard = try await call.services.database.read { [grants] connection in
            try DashboardTable.dashboard(of: Reach(grants, connection), page, connection)
        }
        return .data(.object(Documents.make(dashboard, limit: page.limit)))
    }

    @Sendable private static func workflowDashboard(_ call: APICall) async throws -> APIAnswer {
        let page = PageRequest(cursor: .start, limit: recentExecutions)
        return try await call.services.database.read { connection in
            let workflow = try WorkflowRoutes.find(call, connection)
            let executions = try ExecutionTable.counts(of: [workflow.id], connection)[workflow.id] ?? [:]
            let logs = try LogCountTable.find(workflow.id, connection)?.counts ?? LogCounts()
            let recent = try ExecutionTable.list(of: workflow.id, ExecutionFilter(), page, connection)
            let configuration = try WorkflowRoutes.configuration(workflow, connection)
            return .data([
                "workflow": .object(Documents.make(workflow, configuration: configuration)),
                "execution_counts": Documents.counts(executions.mapValues { Int64($0) }),
                "log_counts": .object(Documents.make(logs)),
                "recent_executions": .array(recent.items.map { .object(Documents.make($0)) }),
            ])
        }
    }
}
