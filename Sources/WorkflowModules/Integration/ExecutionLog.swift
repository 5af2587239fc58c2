import Logging
import Synchronization
import WorkflowCore

/// The records of the last runs: in memory for readers, and in the store for the time after a restart.
final class ExecutionLog: Sendable {
    private static let namespace = "workflow.integrations"
    /// How many stored records are looked at.
    private static let readLimit = 100_000

    private let store: any StateStore
    private let clock: any EngineClock
    private let logger: Logger
    /// How many records of one workflow are kept.
    private let limit: Int
    /// The records by workflow, oldest first.
    private let records = Mutex<[String: [IntegrationExecution]]>([:])

    init(store: any StateStore, limit: Int, clock: any EngineClock, logger: Logger) {
        self.store = store
        self.limit = limit
        self.clock = clock
        self.logger = logger
    }

    /// Reads what is stored. Runs that a crash has interrupted are recorded as such.
    ///
    /// - Parameters:
    ///   - workflows: The integrations.
    ///   - isStart: Whether the program has just begun, so that no run can be going on.
    /// - Throws: ``StoreError``.
    func restore(_ workflows: [String], isStart: Bool) async throws {
        for workflow in workflows {
            let stored = try await store.values(
                namespace: Self.namespace, prefix: "\(workflow)/", limit: Self.readLimit, now: clock.now)
            var kept = stored.compactMap { IntegrationExecution($0.value) }
            var transaction = StoreTransaction(kept.dropLast(limit).map { removal(of: $0) })
            kept = kept.suffix(limit)
            // In a store that others use as well, the run may go on in another process.
            for index in kept.indices where kept[index].status == .running && isStart && !store.isShared {
                kept[index].finish(.interrupted, at: clock.now, error: "The program ended while it ran.")
                transaction.append(writing(kept[index]))
            }
            try await store.commit(transaction)
            records.withLock { $0[workflow] = kept }
        }
    }

    /// Records that a run begins.
    func begin(_ execution: IntegrationExecution) async {
        let forgotten = records.withLock { records in
            records[execution.workflow, default: []].append(execution)
            let surplus = max(0, (records[execution.workflow]?.count ?? 0) - limit)
            let forgotten = Array(records[execution.workflow]?.prefix(surplus) ?? [])
            records[execution.workflow]?.removeFirst(surplus)
            return forgotten
        }
        await commit([writing(execution)] + forgotten.map { removal(of: $0) })
    }

    /// Shows how far a run has come.
    func update(_ execution: IntegrationExecution) {
        records.withLock { records in
            guard let index = records[execution.workflow]?.lastIndex(where: { $0.id == execution.id }) else { return }
            records[execution.workflow]?[index] = execution
        }
    }

    /// Records that a run has ended.
    func finish(_ execution: IntegrationExecution) async {
        update(execution)
        let isKept = records.withLock { $0[execution.workflow]?.contains { $0.id == execution.id } ?? false }
        if isKept { await commit([writing(execution)]) }
    }

    /// The last records of a workflow, newest first.
    func latest(_ workflow: String, limit: Int) -> [IntegrationExecution] {
        records.withLock { ($0[workflow] ?? []).suffix(limit).reversed() }
    }

    /// The record of a run.
    ///
    /// - Throws: ``StoreError``.
    func execution(_ workflow: String, id: String) async throws -> IntegrationExecution? {
        let known = records.withLock { $0[workflow]?.last { $0.id == id } }
        if let known, known.status != .running { return known }
        let value = try await store.value(namespace: Self.namespace, key: "\(workflow)/\(id)", now: clock.now)
        let stored = value.flatMap { IntegrationExecution($0) }
        // One that goes on may have been begun, and ended, by the modules of an earlier configuration. While it goes on,
        // only its beginning is stored.
        return stored?.status == .running ? known ?? stored : stored ?? known
    }

    /// A run does not depend on its record: when that cannot be stored, it is logged.
    private func commit(_ operations: [StoreTransaction.Operation]) async {
        do {
            try await store.commit(StoreTransaction(operations))
        } catch {
            logger.warning("The record of an integration cannot be stored", metadata: ["error": "\(error)"])
        }
    }

    private func writing(_ execution: IntegrationExecution) -> StoreTransaction.Operation {
        .setValue(
            namespace: Self.namespace, key: Self.key(execution), value: execution.json, expiresAt: nil)
    }

    private func removal(of execution: IntegrationExecution) -> StoreTransaction.Operation {
        .removeValue(namespace: Self.namespace, key: Self.key(execution))
    }

    private static func key(_ execution: IntegrationExecution) -> String {
        "\(execution.workflow)/\(execution.id)"
    }
}
