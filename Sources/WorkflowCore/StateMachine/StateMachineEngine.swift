import Logging
import Synchronization

/// Creates instances of state machines and makes their transitions.
///
/// A transition is one transaction: the compare-and-set of the instance, its history, the events for the brokers and the
/// work that follows. No lock is held while user code runs.
public final class StateMachineEngine: Sendable {
    private struct Setup {
        var machines: [String: CompiledStateMachine] = [:]
        var hooks: [TransitionHook] = []
    }

    /// The name of the module.
    public let name: String
    let generation: GenerationContext
    let observers: InstanceObservers
    let callbacks = Mutex<[@Sendable (StateMachineInstance) -> Void]>([])
    let contended = ContendedInstances()
    private let setup = Mutex(Setup())

    /// Creates an engine without definitions.
    ///
    /// - Parameters:
    ///   - name: The name of the module.
    ///   - generation: The generation that it belongs to.
    public init(name: String, generation: GenerationContext) {
        self.name = name
        self.generation = generation
        observers = generation.runtime.observers
        generation.handlers.add(self)
    }

    /// Adds a definition.
    ///
    /// - Throws: ``WorkflowError`` `.conflict` when there is one of the same name.
    public func add(_ definition: StateMachineDefinition) throws {
        let (metrics, expressions) = (generation.environment.metrics, expressions)
        try setup.withLock { setup in
            guard setup.machines[definition.name] == nil else {
                throw WorkflowError(.conflict, "The state machine \"\(definition.name)\" is defined twice.")
            }
            setup.machines[definition.name] = CompiledStateMachine(
                definition, hooks: setup.hooks, metrics: metrics, expressions: expressions)
        }
    }

    /// Adds a hook; hooks run in the order of addition.
    public func add(_ hook: TransitionHook) {
        let (metrics, expressions) = (generation.environment.metrics, expressions)
        setup.withLock { setup in
            setup.hooks.append(hook)
            for (name, machine) in setup.machines where hook.workflowType == nil || hook.workflowType == name {
                setup.machines[name] = CompiledStateMachine(
                    machine.definition, hooks: setup.hooks, metrics: metrics, expressions: expressions)
            }
        }
    }

    private var expressions: ExpressionEnvironment {
        ExpressionEnvironment(clock: generation.environment.clock, identifiers: generation.environment.identifiers)
    }

    /// The names of the definitions.
    public var definitionNames: [String] {
        setup.withLock { $0.machines.keys.sorted() }
    }

    /// The definition called `name`.
    public func definition(_ name: String) -> StateMachineDefinition? {
        setup.withLock { $0.machines[name]?.definition }
    }

    /// Whether one of the definitions has a transition called `name`.
    public func hasTransition(_ name: String) -> Bool {
        setup.withLock { $0.machines.values.contains { $0.definition.transitions[name] != nil } }
    }

    /// Creates an instance and, in the same transaction, makes a first transition and applies further changes.
    ///
    /// - Parameters:
    ///   - workflowType: The name of the definition.
    ///   - id: The identifier of the instance.
    ///   - data: The data it starts with.
    ///   - transition: A transition to make at once; `nil` for none.
    ///   - transitionData: What the transition brings.
    ///   - operations: Further changes of the same transaction, such as the resource that the instance belongs to.
    /// - Throws: ``WorkflowError`` `.notFound` for an unknown definition, `.transitionRefused`; ``StoreError`` `.conflict`
    ///   when there is an instance with this identifier.
    public func create(
        _ workflowType: String, id: String, data: JSONObject, firing transition: String? = nil,
        transitionData: JSONObject = [:], with operations: [StoreTransaction.Operation] = [], events: [OutboxEvent] = []
    ) async throws -> StateMachineInstance {
        let machine = try machine(workflowType)
        let now = generation.environment.clock.now
        var plan = TransitionPlan(creating: machine.definition, id: id, data: data, now: now)
        if let transition {
            do {
                try plan.fire(transition, data: transitionData, machine: machine, now: now)
            } catch {
                machine.countRefusal(of: transition)
                throw error
            }
        }
        try await commit(plan, machine, first: .createInstance(plan.instance), operations: operations, events: events)
        return plan.instance
    }

    func machine(_ type: String) throws -> CompiledStateMachine {
        if let machine = setup.withLock({ $0.machines[type] }) { return machine }
        let hint = Suggestion.text(for: type, among: definitionNames, what: "definitions")
        throw WorkflowError(
            .notFound, Suggestion.sentence("The engine \"\(name)\" has no state machine \"\(type)\"", hint))
    }
}
