import WorkflowCore
import WorkflowStore

/// Changes of executions that are written in one transaction: their rows, their steps, the counts and what
/// companies have used.
struct ExecutionBatch: Sendable {
    private static let company = SQLStatement("SELECT company_id FROM platform_workflows WHERE id = ?")
    private static let row = SQLStatement(
        "SELECT status, instance_version, step_count FROM platform_executions WHERE id = ?")

    let entries: [ExecutionEntry]

    init(_ entries: [ExecutionEntry]) {
        self.entries = entries
    }

    /// Writes the changes.
    ///
    /// - Returns: What was written, by the identifiers of the executions; what belongs to a workflow that is gone is
    ///   not among it.
    func write(_ connection: any SQLConnection) throws -> [String: WrittenExecution] {
        // First of all, so that those who write at the same time wait here and not for each other's rows.
        var sequence = try ExecutionTable.takeSequence(entries.count, connection)
        var companies: [ID<Workflow>: ID<Company>?] = [:]
        var (counts, usage) = (ExecutionCounts(), ExecutionUsage())
        var steps: [SQLStep] = []
        var results: [String: WrittenExecution] = [:]
        for entry in entries {
            let workflow = entry.execution.workflow
            if companies[workflow] == nil {
                companies[workflow] = .some(try connection.first(Self.company, [.id(workflow)]) { $0.id() })
            }
            guard let company = companies[workflow] ?? nil else { continue }
            sequence += 1
            let stored = try stored(entry, connection)
            if stored == nil { usage.count(entry.execution, of: company) }
            let (result, statements) = Self.statements(for: entry, stored, sequence: sequence)
            steps += statements
            counts.move(from: stored?.status, to: result.status, of: workflow)
            results[entry.execution.id.text] = result
        }
        steps += counts.statements
        try connection.run(steps) { _, _ in }
        try usage.write(connection)
        return results
    }

    /// How the row of an execution stands; `nil` when there is none.
    private func stored(_ entry: ExecutionEntry, _ connection: any SQLConnection) throws -> WrittenExecution? {
        if entry.isUnknown {
            return try connection.first(Self.row, [.id(entry.execution.id)]) { row in
                WrittenExecution(
                    status: try row.named(), instanceVersion: row.integer(), stepCount: Int(row.integer()))
            }
        }
        return entry.storedStatus.map {
            WrittenExecution(status: $0, instanceVersion: entry.storedVersion, stepCount: entry.execution.stepCount)
        }
    }

    private static func statements(
        for entry: ExecutionEntry, _ stored: WrittenExecution?, sequence: Int64
    ) -> (WrittenExecution, [SQLStep]) {
        var execution = entry.execution
        execution.sequence = sequence
        execution.stepCount = stored?.stepCount ?? 0
        var result = WrittenExecution(
            status: execution.status, instanceVersion: execution.instanceVersion, stepCount: execution.stepCount)
        var steps: [SQLStep] = []
        for step in entry.steps where step.isDirty {
            var number = step.number
            if number == 0 {
                guard execution.stepCount < ExecutionRoom.Limits.stepsOfExecution else {
                    execution.dropped += 1
                    continue
                }
                execution.stepCount += 1
                number = execution.stepCount
                result.numbers[step.key] = number
            }
            steps.append(ExecutionStepTable.saving(step, number, of: execution.id, entry.recorder))
        }
        result.stepCount = execution.stepCount
        if let stored, !entry.isDirty || stored.instanceVersion > execution.instanceVersion {
            (result.status, result.instanceVersion) = (stored.status, stored.instanceVersion)
            return (result, [ExecutionTable.touching(execution)] + steps)
        }
        execution.input = entry.input.recorded(entry.recorder)
        execution.output = entry.output.recorded(entry.recorder)
        return (result, [ExecutionTable.saving(execution)] + steps)
    }
}

/// How many executions change from one status to another.
struct ExecutionCounts {
    private static let addition = SQLStatement(
        """
        INSERT INTO platform_execution_counts (workflow_id, status, count) VALUES (?, ?, ?)
            ON CONFLICT (workflow_id, status) DO UPDATE SET count = platform_execution_counts.count + excluded.count
        """)

    private struct Place: Hashable, Comparable {
        let workflow: String
        let status: String

        static func < (left: Place, right: Place) -> Bool {
            (left.workflow, left.status) < (right.workflow, right.status)
        }
    }

    private var changes: [Place: Int64] = [:]

    /// Counts an execution of another status; `nil` where there is none.
    mutating func move(from old: Execution.Status?, to new: Execution.Status?, of workflow: ID<Workflow>) {
        guard old != new else { return }
        if let old { changes[Place(workflow: workflow.text, status: old.rawValue), default: 0] -= 1 }
        if let new { changes[Place(workflow: workflow.text, status: new.rawValue), default: 0] += 1 }
    }

    /// What writes it, in the same order whoever does.
    var statements: [SQLStep] {
        changes.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { place, change in
            SQLStep(Self.addition, [.text(place.workflow), .text(place.status), .integer(change)])
        }
    }

    /// Writes it.
    func write(_ connection: any SQLConnection) throws {
        try connection.run(statements) { _, _ in }
    }
}
