import HTTPTypes
import WorkflowCore
import WorkflowStore

/// What workflows did.
enum ExecutionRoutes {
    private static let filters = [
        EnvironmentParameter.filter,
        QueryParameter("kind", .oneOf(Execution.Kind.allCases.map(\.rawValue)), "Only calls, or only instances."),
        QueryParameter("status", .oneOf(Execution.Status.allCases.map(\.rawValue)), "Only executions that stand so."),
        QueryParameter(
            "trigger_type", .oneOf(Execution.Trigger.allCases.map(\.rawValue)), "Only executions that it caused."),
        QueryParameter("instance_id", .text(1...200), "Only executions about this instance of a state machine."),
        QueryParameter("parent_id", .id, "Only executions that this one has called."),
        QueryParameter("since", .time, "Only executions that began at this time or later."),
        QueryParameter("until", .time, "Only executions that began before this time."),
        QueryParameter(
            "q", .text(1...100),
            "Only executions whose part, action, instance or error holds this text. A page may have fewer items than "
                + "were asked for although there are more; `next_cursor` leads on."),
    ]

    static let all: [APIRoute] = [
        APIRoute(
            name: "listExecutions", method: .get, path: "/workflows/{id}/executions", tag: "Executions",
            summary: "What a workflow did, newest first.", access: .role(.viewer, .executions, on: .workflow("id")),
            query: filters, answer: .page(Documents.execution), handler: list),
        APIRoute(
            name: "showExecution", method: .get, path: "/executions/{id}", tag: "Executions",
            summary: "An execution.", access: .role(.viewer, .executions, on: .execution("id")),
            answer: .ok(Documents.execution), handler: show),
        APIRoute(
            name: "listExecutionSteps", method: .get, path: "/executions/{id}/steps", tag: "Executions",
            summary: "The steps of an execution, in the order of their beginnings.",
            access: .role(.viewer, .executions, on: .execution("id")), answer: .page(Documents.executionStep),
            handler: steps),
    ]

    /// The execution that a route is about, as the database has it now.
    static func find(_ call: APICall, _ connection: any SQLConnection) throws -> Execution {
        guard let execution = try ExecutionTable.find(try call.id("id"), connection) else {
            throw PlatformError.notFound
        }
        return execution
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (workflow, page, query) = (try WorkflowRoutes.id(call), try call.page, call.query)
        let filter = ExecutionFilter(
            environment: query["environment"], kind: query["kind"], status: query["status"],
            trigger: query["trigger_type"], instance: query["instance_id"], parent: query["parent_id"],
            since: query["since"].flatMap { Timestamp(rfc3339: $0) },
            until: query["until"].flatMap { Timestamp(rfc3339: $0) }, text: query["q"])
        let found = try await call.services.database.read { connection in
            try ExecutionTable.list(of: workflow, filter, page, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let execution = try await call.services.database.read { try find(call, $0) }
        return .data(.object(Documents.make(execution)))
    }

    @Sendable private static func steps(_ call: APICall) async throws -> APIAnswer {
        let (id, page): (ID<Execution>, PageRequest) = (try call.id("id"), try call.page)
        let found = try await call.services.database.read { try ExecutionStepTable.list(of: id, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }
}
