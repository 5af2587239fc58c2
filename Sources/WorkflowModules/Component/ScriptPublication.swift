import WorkflowCore

/// Makes an accepted script durable: in the state store, and in its file if it has one.
struct ScriptPublication {
    let source: ScriptSource
    /// The file; `nil` when the store is all.
    let file: ComponentFile?
    let store: any StateStore
    /// What the store is to keep.
    let transaction: StoreTransaction

    /// Writes everything. What can go wrong with the file goes wrong before the store is touched, but for its last step.
    ///
    /// - Throws: ``StoreError``; ``WorkflowError`` when the file cannot be written. Nothing has been changed then.
    func commit() async throws {
        guard let file else { return try await store.commit(transaction) }
        let staged = try file.stage(source.text)
        do {
            try await store.commit(transaction)
        } catch {
            staged.discard()
            throw error
        }
        do {
            try staged.publish()
        } catch {
            staged.discard()
            throw await withdraw(because: error)
        }
        file.hasLoaded(source.digest)
    }

    /// Removes the versions that the transaction has added.
    ///
    /// - Returns: What is to be told: why, and when it fails that as well.
    private func withdraw(because reason: any Error) async -> any Error {
        let removals = transaction.operations.compactMap { operation -> StoreTransaction.Operation? in
            guard case .createValue(let namespace, let key, _, _, _) = operation else { return nil }
            return .removeValue(namespace: namespace, key: key)
        }
        do {
            try await store.commit(StoreTransaction(removals))
            return reason
        } catch {
            let told = reason as? WorkflowError
            return WorkflowError(
                told?.code ?? .conflict,
                "\(told?.message ?? "\(reason)") Its version is in the list all the same: \(error)")
        }
    }
}
