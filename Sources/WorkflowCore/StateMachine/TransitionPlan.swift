/// What a transition changes, decided before anything is written.
struct TransitionPlan: Sendable {
    /// Work that a transition causes.
    struct Work: Sendable {
        let transition: String
        let fromState: String
        let toState: String
        let handlers: [String]
        let input: JSONObject
    }

    /// The instance after all transitions. Its version grows by one however many transitions follow from each other,
    /// since they are committed together.
    var instance: StateMachineInstance
    /// The transitions made, in order.
    var records: [TransitionRecord] = []
    /// The work they cause, in order.
    var work: [Work] = []
    /// The states entered, with the data at that moment.
    var entered: [(state: String, data: JSONObject)] = []
    /// The version after the commit.
    private let version: Int64
    /// Whether the instance was open before.
    let wasOpen: Bool

    /// Plans the creation of an instance in the initial state.
    init(
        creating definition: StateMachineDefinition, id: String, data: JSONObject, now: Timestamp
    ) {
        let state = definition.initialState
        version = 1
        wasOpen = false
        instance = StateMachineInstance(
            id: id, workflowType: definition.name, currentState: state, data: data, startTime: now, lastUpdated: now,
            version: version)
        if let state = definition.states[state] { enter(state, named: definition.initialState) }
        records = [
            TransitionRecord(
                instanceID: id, version: version, transition: "", fromState: "", toState: state, timestamp: now)
        ]
        entered = [(state, instance.data)]
    }

    /// Plans on top of an existing instance.
    init(instance: StateMachineInstance) {
        self.instance = instance
        version = instance.version &+ 1
        wasOpen = !instance.completed
    }

    /// What replaces an instance that was there before.
    var update: StoreTransaction.Operation { .updateInstance(instance, expectedVersion: version &- 1) }

    /// Adds a transition, and the automatic ones that follow from it.
    ///
    /// - Throws: ``WorkflowError`` `.transitionRefused` when the definition does not have it or the state does not fit.
    mutating func fire(
        _ name: String, data: JSONObject, actor: String? = nil, machine: CompiledStateMachine, now: Timestamp
    ) throws {
        let definition = machine.definition
        guard let step = machine.step(name) else {
            let hint = Suggestion.text(for: name, among: definition.transitions.keys.sorted(), what: "transitions")
            throw WorkflowError(
                .transitionRefused,
                Suggestion.sentence("The state machine \"\(definition.name)\" has no transition \"\(name)\"", hint))
        }
        guard instance.currentState == step.transition.fromState else {
            throw WorkflowError(
                .transitionRefused,
                "The transition \"\(name)\" leaves the state \"\(step.transition.fromState)\", but \"\(instance.id)\" is in \"\(instance.currentState)\"."
            )
        }
        guard try isAllowed(name, step, data, machine) else {
            throw WorkflowError(.transitionRefused, "The condition of the transition \"\(name)\" does not hold.")
        }
        make(name, step, data: data, actor: actor, machine: machine, now: now)
        var count = 0
        while !instance.completed, let (next, step) = try automatic(machine) {
            count += 1
            guard count <= Self.longestChain else {
                throw WorkflowError(
                    .limitExceeded,
                    "More than \(Self.longestChain) automatic transitions follow \"\(name)\"; do they run in a circle?")
            }
            make(next, step, data: [:], machine: machine, now: now)
        }
    }

    /// How many automatic transitions may follow one transition.
    private static let longestChain = 100

    /// The first automatic transition that may be made now.
    private func automatic(
        _ machine: CompiledStateMachine
    ) throws -> (name: String, step: CompiledStateMachine.Step)? {
        for name in machine.definition.automaticTransitions(from: instance.currentState) {
            if let step = machine.step(name), try isAllowed(name, step, [:], machine) { return (name, step) }
        }
        return nil
    }

    private func isAllowed(
        _ name: String, _ step: CompiledStateMachine.Step, _ data: JSONObject, _ machine: CompiledStateMachine
    ) throws -> Bool {
        guard let condition = step.transition.condition else { return true }
        let scope = StateMachineDefinition.scope(of: instance, with: step.transition.data.merging(data))
        do {
            return try condition.isTrue(in: scope, environment: machine.expressions)
        } catch {
            throw WorkflowError(
                .transitionRefused, "The condition of the transition \"\(name)\" cannot be evaluated.", cause: error)
        }
    }

    private mutating func make(
        _ name: String, _ step: CompiledStateMachine.Step, data: JSONObject, actor: String? = nil,
        machine: CompiledStateMachine, now: Timestamp
    ) {
        let transition = step.transition
        instance.previousState = transition.fromState
        instance.currentState = transition.toState
        if machine.definition.states[transition.fromState]?.isError == true {
            instance.data.removeValue(forKey: "error")
        }
        if !transition.data.isEmpty { instance.data.merge(transition.data) }
        if !data.isEmpty { instance.data.merge(data) }
        if let state = machine.definition.states[transition.toState] { enter(state, named: transition.toState) }
        instance.lastUpdated = now
        instance.version = version
        records.append(
            TransitionRecord(
                instanceID: instance.id, version: version, transition: name, fromState: transition.fromState,
                toState: transition.toState, data: data, timestamp: now, actor: actor))
        if !step.handlers.isEmpty {
            work.append(
                Work(
                    transition: name, fromState: transition.fromState, toState: transition.toState,
                    handlers: step.handlers, input: transition.data.merging(data)))
        }
        entered.append((transition.toState, instance.data))
    }

    /// An instance that leaves a final or error state, as a retry does, is open and without error again.
    private mutating func enter(_ state: StateMachineDefinition.State, named name: String) {
        if !state.data.isEmpty { instance.data.merge(state.data) }
        instance.completed = state.isFinal
        guard state.isError else {
            instance.error = nil
            return
        }
        let description = state.description.isEmpty ? name : state.description
        instance.error = instance.data["error"]?.stringValue ?? description
    }
}
