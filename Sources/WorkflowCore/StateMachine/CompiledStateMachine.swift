import Synchronization

/// A definition with everything that its transitions need, worked out once.
final class CompiledStateMachine: Sendable {
    /// What the transitions of one name need.
    final class Step: Sendable {
        let transition: StateMachineDefinition.Transition
        /// The handlers of the hooks that match, in order.
        let handlers: [String]
        private let sections: [CriticalSection?]
        private let counters = Mutex<(success: MetricCounter?, refused: MetricCounter?)>((nil, nil))

        init(_ transition: StateMachineDefinition.Transition, hooks: [TransitionHook]) {
            self.transition = transition
            handlers = hooks.map(\.handler)
            sections = hooks.map(\.criticalSection)
        }

        /// The section of the handler that a work item runs next; the item may be older than the hooks.
        func section(of item: WorkItem) -> CriticalSection? {
            if item.handlers == handlers, sections.indices.contains(item.cursor) { return sections[item.cursor] }
            return handlers.firstIndex(of: item.handler).flatMap { sections[$0] }
        }

        func succeeded(_ make: () -> MetricCounter) {
            counters.withLock { counters in
                let counter = counters.success ?? make()
                counters.success = counter
                return counter
            }.increment()
        }

        func refused(_ make: () -> MetricCounter) {
            counters.withLock { counters in
                let counter = counters.refused ?? make()
                counters.refused = counter
                return counter
            }.increment()
        }
    }

    let definition: StateMachineDefinition
    /// What conditions are evaluated with.
    let expressions: ExpressionEnvironment
    private let steps: [String: Step]
    private let topics: [String: String]
    private let metrics: EngineMetrics?
    private let active = Mutex<MetricGauge?>(nil)

    /// Works out a definition.
    ///
    /// - Parameters:
    ///   - definition: The definition.
    ///   - hooks: The hooks of the engine, in order; those that do not match are left out.
    ///   - expressions: What conditions are evaluated with.
    ///   - metrics: Where transitions are counted; series come into being when they are first used.
    init(
        _ definition: StateMachineDefinition, hooks: [TransitionHook] = [], metrics: EngineMetrics? = nil,
        expressions: ExpressionEnvironment = .default
    ) {
        self.definition = definition
        self.expressions = expressions
        self.metrics = metrics
        var steps: [String: Step] = [:]
        for (name, transition) in definition.transitions {
            let matching = hooks.filter {
                $0.matches(
                    workflowType: definition.name, transition: name, from: transition.fromState, to: transition.toState)
            }
            steps[name] = Step(transition, hooks: matching)
        }
        self.steps = steps
        let prefix = definition.topicPrefix
        topics = Dictionary(uniqueKeysWithValues: definition.states.keys.map { ($0, "\(prefix).\($0)") })
    }

    /// What the transition called `name` needs, or `nil`.
    func step(_ name: String) -> Step? { steps[name] }

    /// The topic of the events of entering a state.
    func topic(of state: String) -> String { topics[state] ?? "\(definition.topicPrefix).\(state)" }

    /// Counts a transition that was made.
    func countSuccess(of transition: String) {
        guard let metrics else { return }
        steps[transition]?.succeeded { metrics.stateTransitions.with(definition.name, transition, "success") }
    }

    /// Counts a transition that was refused. One that the definition does not have counts as `unknown`, so that callers
    /// cannot make series.
    func countRefusal(of transition: String) {
        guard let metrics else { return }
        guard let step = steps[transition] else {
            metrics.stateTransitions.with(definition.name, "unknown", "refused").increment()
            return
        }
        step.refused { metrics.stateTransitions.with(definition.name, transition, "refused") }
    }

    /// Says how many instances are open.
    func setActive(_ count: Int) {
        guard count > 0, let metrics else { return }
        active.withLock { active in
            let gauge = active ?? metrics.activeWorkflows.with(definition.name)
            active = gauge
            return gauge
        }.set(Double(count))
    }

    /// Counts instances that became open (1) or completed (-1).
    func countActive(_ change: Double) {
        guard change != 0, let metrics else { return }
        active.withLock { active in
            let gauge = active ?? metrics.activeWorkflows.with(definition.name)
            active = gauge
            return gauge
        }.add(change)
    }
}
