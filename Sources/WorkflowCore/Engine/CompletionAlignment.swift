/// Has instances agree with definitions whose final states are others than before.
///
/// An instance is completed when it enters a final state. When a configuration makes a state final, or not final any more,
/// the instances that are in it already follow. The store remembers which final states its instances agree with, so that
/// it does not matter whether the configuration was changed by a reload or while nothing ran. While an earlier generation
/// may still bring instances to states whose meaning has changed, the store remembers nothing: whoever looks next, be it
/// after the end of this process, aligns them again.
struct CompletionAlignment: Sendable {
    private static let namespace = "workflow.final"
    private static let mostDefinitions = 100_000

    let store: any StateStore
    let clock: any EngineClock

    /// Aligns the instances of those definitions that differ from what the store remembers.
    ///
    /// - Parameters:
    ///   - definitions: The definitions by name.
    ///   - isSettled: Whether no other generation changes instances any more.
    /// - Returns: How many more instances are open than before, by definition.
    /// - Throws: ``StoreError``.
    func align(_ definitions: [String: StateMachineDefinition], isSettled: Bool) async throws -> [String: Int] {
        guard !definitions.isEmpty else { return [:] }
        let known = Dictionary(
            uniqueKeysWithValues: try await store.values(
                namespace: Self.namespace, prefix: "", limit: Self.mostDefinitions, now: clock.now))
        let changed = definitions.filter { known[$0] != Self.remembered($1) }
        guard !changed.isEmpty else { return [:] }
        if !isSettled {
            try await store.commit(
                StoreTransaction(changed.keys.map { .removeValue(namespace: Self.namespace, key: $0) }))
        }
        var opened: [String: Int] = [:]
        for (name, definition) in changed {
            opened[name] = try await store.alignCompletion(
                of: name, finalStates: definition.finalStates,
                openStates: Set(definition.states.keys).subtracting(definition.finalStates))
        }
        if isSettled {
            try await store.commit(
                StoreTransaction(
                    changed.map { name, definition in
                        .setValue(
                            namespace: Self.namespace, key: name, value: Self.remembered(definition), expiresAt: nil)
                    }))
        }
        return opened
    }

    private static func remembered(_ definition: StateMachineDefinition) -> JSONValue {
        .array(definition.finalStates.sorted().map { .string($0) })
    }
}

extension GenerationContext {
    private var alignment: CompletionAlignment { CompletionAlignment(store: store, clock: environment.clock) }

    /// Aligns instances with the definitions of this generation.
    ///
    /// - Parameter isSettled: Whether no other generation changes instances any more.
    /// - Throws: ``StoreError``.
    func alignCompletion(isSettled: Bool) async throws {
        try count(await alignment.align(handlers.definitions, isSettled: isSettled))
    }

    private func count(_ opened: [String: Int]) throws {
        for (name, change) in opened {
            for engine in handlers.engines.values where engine.definition(name) != nil {
                try engine.machine(name).countActive(Double(change))
            }
        }
    }
}
