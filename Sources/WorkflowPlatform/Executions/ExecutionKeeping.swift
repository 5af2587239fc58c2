import Logging
import WorkflowCore
import WorkflowStore

/// Forgets old executions, and marks those that an earlier process has left.
struct ExecutionKeeping: Sendable {
    /// How many rows one transaction changes.
    private static let batchSize = 500

    let database: any SQLDatabase
    let clock: any EngineClock
    let logger: Logger

    /// Marks what an earlier process has left; call it before workflows are started.
    ///
    /// - Parameter start: When this process began; what began later goes on.
    func markInterrupted(begunBefore start: Timestamp) async {
        do {
            let now = clock.now
            var count = 0
            repeat {
                count = try await database.write {
                    try ExecutionTable.interrupt(begunBefore: start, limit: Self.batchSize, now: now, $0)
                }
            } while count == Self.batchSize
            try await database.write { try ExecutionTable.interruptSteps(begunBefore: start, now: now, $0) }
        } catch {
            logger.error("Executions that were interrupted could not be marked", metadata: ["error": "\(error)"])
        }
    }

    /// Has the record show instances as they stand whose last changes an earlier process has not recorded; call it when
    /// workflows have been started. Those that do not run are left as they are.
    func catchUp(_ recorder: ExecutionRecorder, _ engines: EngineManager) async {
        do {
            var last = ""
            while true {
                let after = last
                let open = try await database.read {
                    try ExecutionTable.openInstances(after: after, limit: Self.batchSize, $0)
                }
                for execution in open {
                    guard let id = execution.instance,
                        let generation = engines.running(execution.key)?.engine.runningGeneration
                    else { continue }
                    recorder.catchUp(
                        execution, with: try await generation.store.instance(id: id),
                        secrets: engines.secrets(of: execution.key))
                }
                guard let end = open.last, !Task.isCancelled else { return }
                last = end.id.text
            }
        } catch {
            logger.error("Instances could not be compared with their record", metadata: ["error": "\(error)"])
        }
    }

    /// Forgets what has ended long ago, and what a workflow has too much of.
    ///
    /// - Parameters:
    ///   - lifetime: How long executions are kept behind their ends.
    ///   - kept: How many executions of a workflow are kept; those that go on always are.
    func forget(olderThan lifetime: Duration, keeping kept: Int) async throws {
        let end = clock.now.advanced(by: .zero - lifetime)
        try await inBatches { try ExecutionTable.forget(endedBefore: end, limit: Self.batchSize, $0) }
        var last = ""
        while true {
            let after = last
            let found = try await database.read { try ExecutionTable.totals(after: after, limit: 100, $0) }
            for (workflow, count) in found where count > kept {
                try await inBatches {
                    try ExecutionTable.forget(of: workflow, beyond: kept, limit: Self.batchSize, $0)
                }
            }
            guard let end = found.last else { return }
            last = end.workflow.text
        }
    }

    private func inBatches(_ body: @escaping @Sendable (any SQLConnection) throws -> Int) async throws {
        while try await database.write(body) == Self.batchSize { try Task.checkCancellation() }
    }
}
