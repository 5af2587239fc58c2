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
    /// What is remembered in a store that nodes share says nothing of nodes that still have an earlier configuration.
    /// Hence the definitions that this node had itself are compared too, and open instances in final states are always
    /// looked for, which the store finds quickly.
    ///
    /// - Parameters:
    ///   - definitions: The definitions by name.
    ///   - earlier: Those that this process has had until now.
    ///   - isSettled: Whether no other generation of this process changes instances any more.
    /// - Returns: How many more instances are open than before, by definition.
    /// - Throws: ``StoreError``.
    func align(
        _ definitions: [String: StateMachineDefinition], insteadOf earlier: [String: StateMachineDefinition],
        isSettled: Bool
    ) async throws -> [String: Int] {
        guard !definitions.isEmpty else { return [:] }
        let known = Dictionary(
            uniqueKeysWithValues: try await store.values(
                namespace: Self.namespace, prefix: "", limit: Self.mostDefinitions, now: clock.now))
        let changed = definitions.filter { name, definition in
            known[name] != Self.remembered(definition)
                || earlier[name].map { $0.finalStates != definition.finalStates } ?? false
        }
        if !isSettled, !changed.isEmpty {
            try await store.commit(
                StoreTransaction(changed.keys.map { .removeValue(namespace: Self.namespace, key: $0) }))
        }
        var opened: [String: Int] = [:]
        for (name, definition) in definitions where changed[name] != nil || store.isShared {
            let openStates =
                changed[name] == nil ? [] : Set(definition.states.keys).subtracting(definition.finalStates)
            opened[name] = try await store.alignCompletion(
                of: name, finalStates: definition.finalStates, openStates: openStates)
        }
        if isSettled, !changed.isEmpty {
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
    /// - Parameters:
    ///   - previous: The generation before, when it may still run.
    ///   - isSettled: Whether no other generation of this process changes instances any more.
    /// - Throws: ``StoreError``.
    func alignCompletion(insteadOf previous: GenerationContext? = nil, isSettled: Bool) async throws {
        try count(
            await alignment.align(
                handlers.definitions, insteadOf: previous?.handlers.definitions ?? [:], isSettled: isSettled))
    }

    private func count(_ opened: [String: Int]) throws {
        for (name, change) in opened {
            for engine in handlers.engines.values where engine.definition(name) != nil {
                try engine.machine(name).countActive(Double(change))
            }
        }
    }
}
