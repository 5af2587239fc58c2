import HTTPTypes
import WorkflowCore
import WorkflowStore

/// What becomes of the executions of a workflow.
enum EventRoutes {
    private static let filters = [
        EnvironmentParameter.filter,
        QueryParameter("kind", .oneOf(Execution.Kind.allCases.map(\.rawValue)), "Only executions of this kind."),
        QueryParameter("status", .oneOf(Execution.Status.allCases.map(\.rawValue)), "Only what has come to this."),
        QueryParameter(
            "trigger_type", .oneOf(Execution.Trigger.allCases.map(\.rawValue)), "Only what was caused by this."),
    ]

    static let all: [APIRoute] = [
        APIRoute(
            name: "listEvents", method: .get, path: "/workflows/{id}/events", tag: "Activity",
            summary: "The executions of a workflow in the order of their last changes, newest first.",
            access: .role(.viewer, .executions, on: .workflow("id")), query: filters,
            answer: .page(Documents.execution), handler: list),
        APIRoute(
            name: "streamEvents", method: .get, path: "/workflows/{id}/events/stream", tag: "Activity",
            summary: "Executions of a workflow whenever they have changed, as they are then.",
            access: .role(.viewer, .executions, on: .workflow("id")), query: filters,
            answer: .events([EventRule("execution", Documents.execution, "an execution")] + StreamRoutes.events),
            stream: .executions, handler: stream),
    ]

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (id, page, filter) = (try WorkflowRoutes.id(call), try call.page, filter(call))
        let found = try await call.services.database.read { connection in
            try ExecutionTable.changes(of: id, filter, page, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func stream(_ call: APICall) async throws -> APIAnswer {
        let feed = ExecutionFeed(workflow: try WorkflowRoutes.id(call), filter: filter(call))
        return try StreamRoutes.open(feed, Action(.viewer, in: .executions), call)
    }

    private static func filter(_ call: APICall) -> ExecutionChangeFilter {
        ExecutionChangeFilter(
            environment: call.query["environment"], kind: call.query["kind"], status: call.query["status"],
            trigger: call.query["trigger_type"])
    }
}
