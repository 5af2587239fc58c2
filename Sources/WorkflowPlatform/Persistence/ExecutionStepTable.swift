import WorkflowCore
import WorkflowStore

/// The rows of the steps of executions.
enum ExecutionStepTable {
    private static let columns = """
        step_name, step_type, status, input_data, input_data_flaws, output_data, output_data_flaws, error_message, \
        caused_by, started_at, completed_at
        """
    private static let saving = SQLStatement(
        """
        INSERT INTO platform_execution_steps (execution_id, sequence_num, \(columns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (execution_id, sequence_num) DO UPDATE SET
                status = excluded.status,
                input_data = COALESCE(excluded.input_data, platform_execution_steps.input_data),
                input_data_flaws = platform_execution_steps.input_data_flaws | excluded.input_data_flaws,
                output_data = excluded.output_data, output_data_flaws = excluded.output_data_flaws,
                error_message = excluded.error_message, completed_at = excluded.completed_at
        """)
    private static let ofExecution = SQLStatement(
        """
        SELECT sequence_num, \(columns) FROM platform_execution_steps
            WHERE execution_id = ? AND sequence_num > ? ORDER BY sequence_num LIMIT ?
        """)

    /// What inserts a step, or changes how it stands.
    static func saving(
        _ step: ExecutionEntry.Step, _ number: Int, of execution: ID<Execution>, _ recorder: ValueRecorder
    ) -> SQLStep {
        let (input, output) = (step.input.recorded(recorder), step.output.recorded(recorder))
        return SQLStep(
            saving,
            [
                .id(execution), .integer(Int64(number)), ExecutionTable.clean(step.name),
                ExecutionTable.clean(step.type), .text(step.status.rawValue), .optional(input.json),
                .integer(Int64(input.flaws.rawValue)), .optional(output.json),
                .integer(Int64(output.flaws.rawValue)), .optional(step.error), .optional(step.cause),
                .time(step.startedAt), .optional(step.completedAt),
            ])
    }

    /// The steps of an execution, in order.
    static func list(
        of execution: ID<Execution>, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<ExecutionStep> {
        let start = Int64(page.cursor.key) ?? 0
        let found = try connection.all(
            ofExecution, [.id(execution), .integer(start), .integer(Int64(page.limit + 1))], read)
        return Page(found, limit: page.limit) { String($0.number) }
    }

    private static func read(_ row: RowReader) throws -> ExecutionStep {
        ExecutionStep(
            number: Int(row.integer()), name: row.text(), type: row.text(), status: try row.named(),
            input: ExecutionTable.recorded(row), output: ExecutionTable.recorded(row), error: row.optionalText(),
            cause: row.optionalID(), startedAt: row.time(), completedAt: row.optionalTime())
    }
}
