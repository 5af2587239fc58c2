import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

extension ExecutionRecorder {
    /// Writes changes in one transaction.
    ///
    /// - Returns: Whether they were written; otherwise they are to be written again.
    func write(_ batch: [ExecutionEntry]) async -> Bool {
        do {
            try await commit(batch)
            return true
        } catch let error as SQLError where error.kind == .unavailable || error.kind == .full {
            logger.warning(
                "Executions could not be written; trying again",
                metadata: ["count": "\(batch.count)", "error": "\(error)"])
            putBack(batch)
            return false
        } catch {
            return await writeSingly(batch, after: error)
        }
    }

    /// Writes all that can be written when something in a batch cannot.
    private func writeSingly(_ batch: [ExecutionEntry], after error: any Error) async -> Bool {
        guard batch.count > 1 else {
            logger.error(
                "An execution was not written",
                metadata: ["execution.id": "\(batch.first?.execution.id.text ?? "-")", "error": "\(error)"])
            forget(batch)
            return true
        }
        for (index, entry) in batch.enumerated() {
            guard await write([entry]) else {
                putBack(Array(batch[(index + 1)...]))
                return false
            }
        }
        return true
    }

    private func commit(_ batch: [ExecutionEntry]) async throws {
        let written = try await database.write { connection in
            try ExecutionBatch(batch).write(connection)
        }
        state.withLock { state in
            state.room.giveBack(batch)
            for entry in batch {
                let id = entry.execution.id.text
                // Its workflow is gone.
                guard let result = written[id] else {
                    if let rest = state.entries.removeValue(forKey: id) { state.room.forget(rest) }
                    continue
                }
                state.entries[id]?.note(result)
                release(id, &state)
            }
        }
        recorded.increment(by: batch.count)
        for workflow in Set(batch.map(\.execution.workflow)) { hub.notify(.executions, of: workflow) }
    }

    private func putBack(_ batch: [ExecutionEntry]) {
        state.withLock { state in
            for entry in batch {
                let id = entry.execution.id.text
                state.entries[id]?.putBack(entry)
                if state.entries[id]?.isQueued == false {
                    state.entries[id]?.isQueued = true
                    state.queue.append(id)
                }
            }
        }
    }

    private func forget(_ batch: [ExecutionEntry]) {
        state.withLock { state in
            state.room.giveBack(batch)
            for entry in batch { release(entry.execution.id.text, &state) }
        }
    }

    /// Forgets an execution of which nothing is to come that needs what is known here.
    private func release(_ id: String, _ state: inout State) {
        guard let entry = state.entries[id], !entry.isQueued, !entry.goesOn else { return }
        state.entries[id] = nil
    }
}
