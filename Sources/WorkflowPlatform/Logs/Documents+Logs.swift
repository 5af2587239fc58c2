import WorkflowCore

extension Documents {
    /// A line of the log of a workflow.
    static let logLine = Schema.named(
        "LogLine",
        .object([
            .required("id", .integer(1...Int.max), "Greater than that of every line before."),
            .required("workflow_id", .id),
            .required("environment", EnvironmentParameter.schema, "Where the workflow runs."),
            .required("execution_id", .nullable(.text(1...300))),
            .required("level", .oneOf(LogLevel.allCases.map(\.name))), .required("message", .text(0...100_000)),
            .required("module_name", .text(0...300), "Empty when it is the engine itself."),
            .required("trace_id", .nullable(.text(1...300))),
            .required("fields", .freeObject(maximumBytes: 65_536), "More about it."), .required("created_at", .time),
        ]))

    static func make(_ line: StoredLog) -> JSONObject {
        [
            "id": .integer(line.id), "workflow_id": .string(line.workflow.text),
            "environment": .string(line.environment.text),
            "execution_id": line.execution.map { .string($0) } ?? .null, "level": .string(line.level.name),
            "message": .string(line.message), "module_name": .string(line.module),
            "trace_id": line.trace.map { .string($0) } ?? .null, "fields": .object(line.fields),
            "created_at": .string(line.createdAt.description),
        ]
    }

    /// How many lines of each level there are.
    static let logCounts = Schema.named(
        "LogCounts", .object(LogLevel.allCases.map { .required($0.name, .integer(0...Int.max)) }))

    static func make(_ counts: LogCounts) -> JSONObject {
        JSONObject(LogLevel.allCases.map { ($0.name, .integer(counts[$0])) })
    }
}
