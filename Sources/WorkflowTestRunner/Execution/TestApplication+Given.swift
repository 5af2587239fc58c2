import WorkflowCore
import WorkflowTesting

extension TestApplication {
    /// Puts what a test begins with into the store.
    ///
    /// - Throws: ``ConfigurationError`` when it names what the application does not have; ``StoreError``.
    func add(_ given: [GivenState]) async throws {
        for state in given {
            if let instance = state.instance { try await add(instance) }
            if let resource = state.resource { try await add(resource) }
            if let user = state.user { try await add(user) }
        }
        await time.settle()
    }

    private func add(_ given: GivenInstance) async throws {
        guard let (_, definition) = machine(given.workflow.value) else {
            let names = generation.services.all(StateMachineEngine.self).flatMap(\.service.definitionNames)
            throw ConfigurationError([
                given.workflow.issue(
                    "the application has no state machine \"\(given.workflow.value)\"",
                    suggestion: Suggestion.text(for: given.workflow.value, among: names, what: "state machines"))
            ])
        }
        let state = given.state?.value ?? definition.initialState
        guard let entered = definition.states[state] else {
            let names = definition.states.keys.sorted()
            throw ConfigurationError([
                (given.state ?? given.workflow).issue(
                    "\"\(definition.name)\" has no state \"\(state)\"",
                    suggestion: Suggestion.text(for: state, among: names, what: "states"))
            ])
        }
        let now = time.clock.now
        let instance = StateMachineInstance(
            id: given.id, workflowType: definition.name, currentState: state, data: given.data, startTime: now,
            lastUpdated: now, completed: entered.isFinal)
        try await store.commit(StoreTransaction([.createInstance(instance)]))
    }

    private func add(_ given: GivenResource) async throws {
        let now = time.clock.now
        let resource = Resource(
            type: given.type, id: given.id, data: given.data, state: given.state, owner: given.owner,
            instanceID: given.instance, createdAt: now, updatedAt: now)
        try await store.commit(StoreTransaction([.createResource(resource)]))
    }
}
