import Synchronization
import WorkflowCore
import WorkflowStore

/// Which executions are wanted.
struct ExecutionFilter: Sendable {
    var environment: String?
    var kind: String?
    var status: String?
    var trigger: String?
    var instance: String?
    var parent: String?
    var since: Timestamp?
    var until: Timestamp?
    /// A part of the action, the part of the workflow, the instance or the error.
    var text: String?
}

/// The rows of executions.
enum ExecutionTable {
    static let columns = """
        id, workflow_id, environment, version, kind, part, action, trigger_type, status, trigger_data, \
        trigger_data_flaws, output_data, output_data_flaws, error_message, instance_id, instance_version, parent_id, \
        origin_id, origin_step, trace, step_count, dropped, started_at, completed_at, sequence
        """
    private static let byID = SQLStatement("SELECT \(columns) FROM platform_executions WHERE id = ?")
    private static let changed = SQLStatement(
        "SELECT \(columns) FROM platform_executions WHERE workflow_id = ? AND sequence > ? ORDER BY sequence LIMIT ?")
    private static let newestChange = SQLStatement(
        "SELECT sequence FROM platform_executions WHERE workflow_id = ? ORDER BY sequence DESC LIMIT 1")
    private static let workflowOfID = SQLStatement("SELECT workflow_id FROM platform_executions WHERE id = ?")

    /// The execution with an identifier.
    static func find(_ id: ID<Execution>, _ connection: any SQLConnection) throws -> Execution? {
        try connection.first(byID, [.id(id)], read)
    }

    /// The workflow of an execution.
    static func workflow(of id: ID<Execution>, _ connection: any SQLConnection) throws -> ID<Workflow>? {
        try connection.first(workflowOfID, [.id(id)]) { $0.id() }
    }

    /// The executions of a workflow that have changed since a change, in the order of their last changes.
    static func changed(
        after sequence: Int64, of workflow: ID<Workflow>, limit: Int, _ connection: any SQLConnection
    ) throws -> [Execution] {
        try connection.all(changed, [.id(workflow), .integer(sequence), .integer(Int64(limit))], read)
    }

    /// The last change of an execution of a workflow; 0 when there is none.
    static func lastChange(of workflow: ID<Workflow>, _ connection: any SQLConnection) throws -> Int64 {
        try connection.first(newestChange, [.id(workflow)]) { $0.integer() } ?? 0
    }

    static func read(_ row: RowReader) throws -> Execution {
        var execution = Execution(
            id: row.id(), workflow: row.id(), environment: EnvironmentName(stored: row.text()),
            version: Int(row.integer()), kind: try row.named(), part: row.text(), action: row.text(),
            trigger: try row.named(), status: try row.named(), input: recorded(row), output: recorded(row),
            error: row.optionalText(), instance: row.optionalText(),
            instanceVersion: row.integer(), parent: row.optionalID(), origin: row.optionalID(),
            originStep: row.optionalText(), trace: row.optionalText() ?? "", stepCount: Int(row.integer()),
            dropped: Int(row.integer()), startedAt: row.time(), completedAt: row.optionalTime())
        execution.sequence = row.integer()
        return execution
    }

    static func recorded(_ row: RowReader) -> RecordedValue {
        RecordedValue(json: row.optionalText(), flaws: RecordedValue.Flaws(rawValue: Int(row.integer())))
    }
}
