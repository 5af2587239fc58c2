import WorkflowCore

extension Documents {
    private static let recordStates = Schema.oneOf(["complete", "redacted", "truncated", "dropped"])

    /// What a workflow did.
    static let execution = Schema.named(
        "Execution",
        .object([
            .required("id", .id), .required("workflow_id", .id),
            .required("environment", EnvironmentParameter.schema, "Where the workflow ran."),
            .required("version", .integer(0...Int.max), "The version that ran when it began."),
            .required(
                "kind", .oneOf(Execution.Kind.allCases.map(\.rawValue)),
                "`call`: of a part of the workflow. `instance`: the life of an instance of a state machine."),
            .required("workflow", .text(0...1000), "The part of the workflow."),
            .required("action", .text(0...1000), "What was asked of it."),
            .required("trigger_type", .oneOf(Execution.Trigger.allCases.map(\.rawValue))),
            .required("status", .oneOf(Execution.Status.allCases.map(\.rawValue))),
            .required("trigger_data", .any, "Its input, without secrets."),
            .required("trigger_data_state", recordStates, "Whether that is all of it."),
            .required("output_data", .any, "What came out, without secrets."),
            .required("output_data_state", recordStates, "Whether that is all of it."),
            .required("error_message", .nullable(.text(0...10_000))),
            .required("instance_id", .nullable(.text(0...10_000)), "The instance of a state machine that it is about."),
            .required("parent_id", .nullable(.id), "The execution that has called it."),
            .required("origin_id", .nullable(.id), "The execution that it repeats."),
            .required("origin_step", .nullable(.text(0...1000)), "The step of that one that it begins at."),
            .required("trace_id", .nullable(.text(32...32)), "Its trace, when traces are recorded."),
            .required("steps", .integer(0...Int.max), "How many steps are on record."),
            .required("dropped", .integer(0...Int.max), "How many inputs, outputs and steps are not on record."),
            .required("sequence", .integer(0...Int.max), "Grows with each change of any execution."),
            .required("logs_url", .text(0...1000), "Where its log lines are."),
            .required("started_at", .time), .required("completed_at", .nullable(.time)),
            .required("duration_ms", .nullable(.integer(0...Int.max))),
        ]))

    static func make(_ execution: Execution) -> JSONObject {
        let logs = "\(APIPath.prefix)/workflows/\(execution.workflow)/logs?execution_id=\(execution.id)"
        return [
            "id": .string(execution.id.text), "workflow_id": .string(execution.workflow.text),
            "environment": .string(execution.environment.text), "version": .integer(Int64(execution.version)),
            "kind": .string(execution.kind.rawValue),
            "workflow": .string(execution.part), "action": .string(execution.action),
            "trigger_type": .string(execution.trigger.rawValue), "status": .string(execution.status.rawValue),
            "trigger_data": value(execution.input), "trigger_data_state": .string(execution.input.state),
            "output_data": value(execution.output), "output_data_state": .string(execution.output.state),
            "error_message": text(execution.error), "instance_id": text(execution.instance),
            "parent_id": text(execution.parent?.text), "origin_id": text(execution.origin?.text),
            "origin_step": text(execution.originStep), "trace_id": text(traceID(execution.trace)),
            "steps": .integer(Int64(execution.stepCount)), "dropped": .integer(Int64(execution.dropped)),
            "sequence": .integer(execution.sequence), "logs_url": .string(logs),
            "started_at": .string(execution.startedAt.description), "completed_at": time(execution.completedAt),
            "duration_ms": milliseconds(from: execution.startedAt, to: execution.completedAt),
        ]
    }

    /// A step of an execution.
    static let executionStep = Schema.named(
        "ExecutionStep",
        .object([
            .required("sequence_num", .integer(1...Int.max)), .required("step_name", .text(0...1000)),
            .required("step_type", .text(0...1000), "Such as `transition`, or the connector of an integration."),
            .required("status", .oneOf(Execution.Status.allCases.map(\.rawValue))),
            .required("input_data", .any, "What it was given, without secrets."),
            .required("input_data_state", recordStates, "Whether that is all of it."),
            .required("output_data", .any, "What came out, without secrets."),
            .required("output_data_state", recordStates, "Whether that is all of it."),
            .required("error_message", .nullable(.text(0...10_000))),
            .required("caused_by", .nullable(.id), "The execution that has made the transition."),
            .required("started_at", .time), .required("completed_at", .nullable(.time)),
            .required("duration_ms", .nullable(.integer(0...Int.max))),
        ]))

    static func make(_ step: ExecutionStep) -> JSONObject {
        [
            "sequence_num": .integer(Int64(step.number)), "step_name": .string(step.name),
            "step_type": .string(step.type), "status": .string(step.status.rawValue),
            "input_data": value(step.input), "input_data_state": .string(step.input.state),
            "output_data": value(step.output), "output_data_state": .string(step.output.state),
            "error_message": text(step.error), "caused_by": text(step.cause?.text),
            "started_at": .string(step.startedAt.description), "completed_at": time(step.completedAt),
            "duration_ms": milliseconds(from: step.startedAt, to: step.completedAt),
        ]
    }

    private static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// A value on record, which was JSON when it was written.
    private static func value(_ value: RecordedValue) -> JSONValue {
        guard let json = value.json else { return .null }
        do {
            return try JSONValue(parsing: json)
        } catch {
            return .string(json)
        }
    }

    private static func milliseconds(from start: Timestamp, to end: Timestamp?) -> JSONValue {
        end.map { .integer(max(0, start.duration(to: $0).wholeMilliseconds)) } ?? .null
    }

    /// The identifier in the place of a trace: `00-<32 digits>-…`.
    private static func traceID(_ trace: String) -> String? {
        let parts = trace.split(separator: "-")
        guard parts.count >= 3, parts[1].utf8.count == 32 else { return nil }
        return String(parts[1])
    }
}
