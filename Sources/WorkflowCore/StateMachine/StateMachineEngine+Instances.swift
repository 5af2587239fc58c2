import Synchronization

extension StateMachineEngine {
    /// Merges data into an instance without a transition, in one transaction with further changes.
    ///
    /// - Parameters:
    ///   - data: The data; its values win.
    ///   - keys: What is removed from the data of the instance before.
    ///   - id: The identifier of the instance.
    ///   - expectedVersion: The version that the instance must have; `nil` for any.
    ///   - operations: Further changes of the same transaction.
    /// - Throws: ``WorkflowError`` `.notFound`, `.conflict` when the instance has another version; ``StoreError``.
    public func merge(
        _ data: JSONObject, removing keys: [String] = [], into id: String, expectedVersion: Int64? = nil,
        with operations: [StoreTransaction.Operation] = []
    ) async throws -> StateMachineInstance {
        let merge = Merge(id: id, data: data, keys: keys, expectedVersion: expectedVersion)
        let clock = generation.environment.clock
        let instance = try merge.apply(to: try await generation.store.instance(id: id), now: clock.now)
        if !contended.contains(id, at: clock.uptime) {
            do {
                try await generation.store.commit(merge.transaction(instance, operations))
                notify(instance)
                return instance
            } catch let error as StoreError where error.code == .conflict && error.operation == 0 {
                contended.insert(id, at: clock.uptime)
            }
        }
        let written = Mutex(instance)
        try await contended.queue.withLock(id) {
            try await generation.store.commit(locking: id) { instance in
                let changed = try merge.apply(to: instance, now: clock.now)
                written.withLock { $0 = changed }
                return merge.transaction(changed, operations)
            }
        }
        let changed = written.withLock { $0 }
        notify(changed)
        return changed
    }

    /// Removes an instance with its history and work, in one transaction with further changes. Nothing happens to an
    /// instance that does not exist; the further changes are made all the same.
    ///
    /// - Throws: ``StoreError``.
    public func delete(_ id: String, with operations: [StoreTransaction.Operation] = []) async throws {
        let instance = try await generation.store.instance(id: id)
        try await generation.store.commit(StoreTransaction([.deleteInstance(id: id)] + operations))
        observers.remove(id)
        if let instance, !instance.completed { try? machine(instance.workflowType).countActive(-1) }
        if let instance { generation.environment.traces.tell(.removed(instance)) }
    }

    /// The instance with this identifier, or `nil`.
    public func instance(_ id: String) async throws -> StateMachineInstance? {
        try await generation.store.instance(id: id)
    }

    /// The instance after each change, beginning with the next one. Ends when the instance is completed or removed.
    ///
    /// Changes that come faster than they are read are left out, except for the last one. For an instance that is
    /// completed already the stream gives it once and ends; for one that does not exist it ends at once.
    public func changes(of id: String) -> AsyncStream<StateMachineInstance> {
        observers.stream(of: id) { [store = generation.store] in try await store.instance(id: id) }
    }
}

/// Data that is merged into an instance.
private struct Merge: Sendable {
    let id: String
    let data: JSONObject
    let keys: [String]
    let expectedVersion: Int64?

    /// The instance with the data.
    ///
    /// - Throws: ``WorkflowError`` `.notFound`, `.conflict` when it has another version.
    func apply(to instance: StateMachineInstance?, now: Timestamp) throws -> StateMachineInstance {
        guard var instance else {
            throw WorkflowError(.notFound, "There is no state-machine instance \"\(id)\".")
        }
        guard expectedVersion == nil || expectedVersion == instance.version else {
            throw WorkflowError(.conflict, "The state-machine instance \"\(id)\" has changed.")
        }
        for key in keys { instance.data.removeValue(forKey: key) }
        instance.data.merge(data)
        instance.version += 1
        instance.lastUpdated = now
        return instance
    }

    func transaction(
        _ changed: StateMachineInstance, _ operations: [StoreTransaction.Operation]
    ) -> StoreTransaction {
        StoreTransaction([.updateInstance(changed, expectedVersion: changed.version - 1)] + operations)
    }
}
