import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

extension TestPlatform {
    /// Puts executions of a workflow on record, and tells those who watch.
    ///
    /// - Returns: The executions, in order.
    @discardableResult
    func execute(
        _ statuses: [Execution.Status], of workflow: ID<Workflow>, trigger: Execution.Trigger = .http
    ) async throws -> [Execution] {
        let executions = statuses.map { status in
            // Identifiers begin with the time.
            clock.advance(by: .milliseconds(1))
            var execution = Execution(
                id: services.newID(), workflow: workflow, version: 1, kind: .call, part: "part", action: "act",
                trigger: trigger, status: status, startedAt: clock.now)
            if status != .running { execution.completedAt = clock.now }
            return execution
        }
        for execution in executions { try await record(execution) }
        return executions
    }

    /// Puts the state of an execution on record, and tells those who watch.
    func record(_ execution: Execution) async throws {
        var entry = ExecutionEntry(execution: execution, recorder: ValueRecorder(secrets: nil))
        entry.isUnknown = true
        try await services.database.write { [entry] in _ = try ExecutionBatch([entry]).write($0) }
        services.activity.notify(.executions, of: execution.workflow)
    }
}
