import WorkflowCore
import WorkflowStore

extension ExecutionTable {
    private static let sequence = SQLStatement(
        "UPDATE platform_execution_changes SET sequence = sequence + ? WHERE id = 1 RETURNING sequence")
    private static let saving = SQLStatement(
        """
        INSERT INTO platform_executions (\(columns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                status = excluded.status,
                output_data = COALESCE(excluded.output_data, platform_executions.output_data),
                output_data_flaws = platform_executions.output_data_flaws | excluded.output_data_flaws,
                error_message = excluded.error_message, instance_id = excluded.instance_id,
                instance_version = excluded.instance_version, step_count = excluded.step_count,
                dropped = platform_executions.dropped + excluded.dropped, completed_at = excluded.completed_at,
                sequence = excluded.sequence
        """)
    private static let touching = SQLStatement(
        """
        UPDATE platform_executions SET step_count = ?, dropped = dropped + ?, sequence = ? WHERE id = ?
        """)

    /// Takes numbers of changes.
    ///
    /// - Returns: What the first of them follows.
    static func takeSequence(_ count: Int, _ connection: any SQLConnection) throws -> Int64 {
        guard let last = try connection.first(sequence, [.integer(Int64(count))], { $0.integer() }) else {
            throw SQLError(.corrupted, "the executions have lost their number of changes")
        }
        return last - Int64(count)
    }

    /// What inserts an execution, or changes how it stands.
    static func saving(_ execution: Execution) -> SQLStep {
        SQLStep(
            saving,
            [
                .id(execution.id), .id(execution.workflow), .text(execution.environment.text),
                .integer(Int64(execution.version)), .text(execution.kind.rawValue), clean(execution.part),
                clean(execution.action),
                .text(execution.trigger.rawValue), .text(execution.status.rawValue),
                .optional(execution.input.json), .integer(Int64(execution.input.flaws.rawValue)),
                .optional(execution.output.json), .integer(Int64(execution.output.flaws.rawValue)),
                .optional(execution.error), execution.instance.map { clean($0) } ?? .null,
                .integer(execution.instanceVersion), .optional(execution.parent), .optional(execution.origin),
                .optional(execution.originStep), .text(execution.trace), .integer(Int64(execution.stepCount)),
                .integer(Int64(execution.dropped)), .time(execution.startedAt), .optional(execution.completedAt),
                .integer(execution.sequence),
            ])
    }

    /// What notes that steps of an execution have changed.
    static func touching(_ execution: Execution) -> SQLStep {
        SQLStep(
            touching,
            [
                .integer(Int64(execution.stepCount)), .integer(Int64(execution.dropped)),
                .integer(execution.sequence), .id(execution.id),
            ])
    }

    /// A text that every database keeps.
    static func clean(_ text: String) -> SQLValue {
        .text(text.utf8.contains(0) ? text.replacing("\0", with: "") : text)
    }
}
