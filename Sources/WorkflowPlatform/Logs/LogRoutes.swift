import HTTPTypes
import WorkflowCore
import WorkflowStore

/// The log of a workflow.
enum LogRoutes {
    private static let filters = [
        EnvironmentParameter.filter,
        QueryParameter("level", .oneOf(LogLevel.allCases.map(\.name)), "The least level."),
        QueryParameter("module", .text(1...256), "Only lines of this module."),
        QueryParameter("execution_id", .text(1...256), "Only lines of this execution."),
        QueryParameter("since", .time, "Only lines from this time on."),
        QueryParameter("until", .time, "Only lines from before this time."),
        QueryParameter("q", .text(1...200), "Only lines whose message holds this text, in whatever case."),
    ]
    private static let action = Action(.viewer, in: .executions)

    static let all: [APIRoute] = [
        APIRoute(
            name: "listLogs", method: .get, path: "/workflows/{id}/logs", tag: "Activity",
            summary: "The log of a workflow, newest first. A part may have fewer lines than wanted, or none, although "
                + "`next_cursor` leads on.",
            access: .role(.viewer, .executions, on: .workflow("id")), query: filters,
            answer: .page(Documents.logLine), handler: list),
        APIRoute(
            name: "streamLogs", method: .get, path: "/workflows/{id}/logs/stream", tag: "Activity",
            summary: "The lines of the log of a workflow as they come.",
            access: .role(.viewer, .executions, on: .workflow("id")), query: filters,
            answer: .events(
                [
                    EventRule("log", Documents.logLine, "a line"),
                    EventRule(
                        "lost", .object([.required("through", .integer(0...Int.max))]),
                        "that lines up to this one are kept no more"),
                ] + StreamRoutes.events),
            stream: .logs, handler: stream),
    ]

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (id, page, filter) = (try WorkflowRoutes.id(call), try call.page, filter(call))
        let found = try await call.services.database.read { connection in
            try LogTable.list(of: id, filter, page, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func stream(_ call: APICall) async throws -> APIAnswer {
        try StreamRoutes.open(LogFeed(workflow: try WorkflowRoutes.id(call), filter: filter(call)), action, call)
    }

    private static func filter(_ call: APICall) -> LogFilter {
        LogFilter(
            environment: call.query["environment"], level: call.query["level"].flatMap { LogLevel(name: $0) },
            module: call.query["module"], execution: call.query["execution_id"],
            since: call.query["since"].flatMap { Timestamp(rfc3339: $0) },
            until: call.query["until"].flatMap { Timestamp(rfc3339: $0) }, text: call.query["q"])
    }
}
