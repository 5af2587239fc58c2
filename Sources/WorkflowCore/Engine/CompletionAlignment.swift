/// Has instances agree with definitions whose final states are others than before.
///
/// An instance is completed when it enters a final state. When a configuration makes a state final, or not final any more,
/// the instances that are in it already follow. The store remembers which final states its instances agree with, so that
/// it does not matter whether the configuration was changed by a reload or while nothing ran.
struct CompletionAlignment: Sendable {
    private static let namespace = "workflow.final"
    private static let mostDefinitions = 100_000

    let store: any StateStore
    let clock: any EngineClock

    /// Aligns the instances of those definitions that have changed since the store was used last.
    ///
    /// - Parameter definitions: The definitions by name.
    /// - Returns: How many more instances are open than before, by definition.
    /// - Throws: ``StoreError``.
    func alignChanged(_ definitions: [String: StateMachineDefinition]) async throws -> [String: Int] {
        guard !definitions.isEmpty else { return [:] }
        let known = Dictionary(
            uniqueKeysWithValues: try await store.values(
                namespace: Self.namespace, prefix: "", limit: Self.mostDefinitions, now: clock.now))
        let changed = definitions.filter { known[$0] != Self.remembered($1) }
        guard !changed.isEmpty else { return [:] }
        let opened = try await align(changed)
        try await store.commit(
            StoreTransaction(
                changed.map { name, definition in
                    .setValue(
                        namespace: Self.namespace, key: name, value: Self.remembered(definition), expiresAt: nil)
                }))
        return opened
    }

    /// Aligns the instances of all of the definitions.
    ///
    /// - Returns: How many more instances are open than before, by definition.
    /// - Throws: ``StoreError``.
    func align(_ definitions: [String: StateMachineDefinition]) async throws -> [String: Int] {
        var opened: [String: Int] = [:]
        for (name, definition) in definitions {
            opened[name] = try await store.alignCompletion(
                of: name, finalStates: definition.finalStates,
                openStates: Set(definition.states.keys).subtracting(definition.finalStates))
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
    /// - Throws: ``StoreError``.
    func alignCompletion() async throws {
        try count(await alignment.alignChanged(handlers.definitions))
    }

    /// Aligns instances which an earlier generation, that has ended now, has still brought to states whose meaning is
    /// another one in this generation.
    ///
    /// - Parameter earlier: The definitions of the earlier generation by name.
    /// - Throws: ``StoreError``.
    func alignCompletion(after earlier: [String: StateMachineDefinition]) async throws {
        let changed = handlers.definitions.filter { name, definition in
            earlier[name].map { $0.finalStates != definition.finalStates } ?? false
        }
        try count(await alignment.align(changed))
    }

    private func count(_ opened: [String: Int]) throws {
        for (name, change) in opened {
            for engine in handlers.engines.values where engine.definition(name) != nil {
                try engine.machine(name).countActive(Double(change))
            }
        }
    }
}
