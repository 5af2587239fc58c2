import WorkflowCore

/// What operators have done to instances. It is kept in the transaction that does it.
enum OperatorActions {
    /// Who an operator is in histories; the management API has one token, and does not know persons.
    static let actor = "operator"
    private static let namespace = "workflow.operator"
    private static let longest = 1000

    /// The change that records a transition.
    static func record(
        _ transition: String, of instance: StateMachineInstance, version: Int64, now: Timestamp
    ) -> StoreTransaction.Operation {
        let number = String(version)
        let padded = String(repeating: "0", count: max(0, 19 - number.count)) + number
        return .setValue(
            namespace: namespace, key: "\(instance.id)/\(padded)",
            value: [
                "actor": .string(actor), "transition": .string(transition), "version": .integer(version),
                "at": .string(now.description),
            ], expiresAt: nil)
    }

    /// Who made which transition of an instance.
    ///
    /// - Throws: ``StoreError``.
    static func actors(
        for instance: StateMachineInstance, _ generation: GenerationContext
    ) async throws -> (TransitionRecord) -> String? {
        let stored = try await generation.store.values(
            namespace: namespace, prefix: "\(instance.id)/", limit: longest, now: generation.environment.clock.now)
        var actions: [Int64: JSONValue] = [:]
        for (_, action) in stored {
            // Not those of an instance that had the identifier before.
            guard let version = action["version"]?.intValue,
                let time = action["at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }), time >= instance.startTime
            else { continue }
            actions[Int64(version)] = action
        }
        return { record in
            guard let action = actions[record.version], action["transition"]?.stringValue == record.transition else {
                return nil
            }
            return action["actor"]?.stringValue
        }
    }
}
