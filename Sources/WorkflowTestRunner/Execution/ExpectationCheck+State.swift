import WorkflowCore
import WorkflowTesting

extension ExpectationCheck {
    private static let historyLimit = 10_000

    /// Compares an instance of a state machine.
    ///
    /// - Throws: ``StoreError``, ``ExpressionEvaluationError``.
    mutating func check(_ expected: InstanceExpectation) async throws {
        let id = try expected.id.value.render(in: application.variables.scope)
        let (place, name) = (expected.id.location, "instance \(id)")
        guard let instance = try await application.store.instance(id: id) else {
            if expected.exists { add(place, name, "an instance", "none") }
            return
        }
        guard expected.exists else { return add(place, name, "no instance", "one in state \(instance.currentState)") }
        let history = try await application.store.history(instanceID: id, limit: Self.historyLimit)
            .map(\.transition).filter { !$0.isEmpty }
        if let workflow = expected.workflow, workflow.value != instance.workflowType {
            add(workflow.location, "\(name).workflow", workflow.value, instance.workflowType)
        }
        if let state = expected.state, state.value != instance.currentState {
            add(state.location, "\(name).state", stateName(state.value, of: instance), Self.describe(instance, history))
        }
        if let completed = expected.completed, completed.value != instance.completed {
            add(completed.location, "\(name).completed", "\(completed.value)", "\(instance.completed)")
        }
        if let data = expected.data { compare(data, .object(instance.data), "\(name).data") }
        if let error = expected.error { compare(error, instance.error.map { .string($0) }, "\(name).error") }
        if let matcher = expected.history {
            compare(matcher, .array(history.map { .string($0) }), "\(name).history")
        }
    }

    /// The expected state, with a hint when there is none of this name.
    private func stateName(_ state: String, of instance: StateMachineInstance) -> String {
        guard let definition = application.machine(instance.workflowType)?.definition, definition.states[state] == nil
        else { return state }
        let hint = Suggestion.text(for: state, among: definition.states.keys.sorted(), what: "states")
        return "\(state) (\"\(definition.name)\" has no such state" + (hint.map { "; \($0))" } ?? ")")
    }

    private static func describe(_ instance: StateMachineInstance, _ history: [String]) -> String {
        let way = history.isEmpty ? "" : ", after \(history.joined(separator: ", "))"
        let error = (instance.error ?? instance.data["error"]?.stringValue).map { "; error: \($0)" } ?? ""
        return instance.currentState + way + error
    }

    /// Compares a resource, with the state and data of its instance as the API shows them.
    ///
    /// - Throws: ``StoreError``, ``ExpressionEvaluationError``.
    mutating func check(_ expected: ResourceExpectation) async throws {
        let id = try expected.id.render(in: application.variables.scope)
        let (place, name) = (expected.type.location, "\(expected.type.value) \(id)")
        guard let found = try await application.store.resource(type: expected.type.value, id: id) else {
            if expected.exists { add(place, name, "a resource", "none") }
            return
        }
        guard expected.exists else { return add(place, name, "no resource", "one") }
        let data = found.instance.map { found.resource.data.merging($0.data) } ?? found.resource.data
        let state = found.instance?.currentState ?? found.resource.state
        if let matcher = expected.state { compare(matcher, .string(state), "\(name).state") }
        if let matcher = expected.data { compare(matcher, .object(data), "\(name).data") }
    }
}
