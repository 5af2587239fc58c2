import Synchronization

/// The engines and handlers of one generation, by which durable work is run.
public final class WorkHandlers: Sendable {
    private struct State {
        var engines: [String: StateMachineEngine] = [:]
        var targets: [String: WorkTarget] = [:]
        var running = 0
    }

    private let state = Mutex(State())
    private let idle = WakeUp()

    /// Adds a handler that hooks may name.
    public func add(_ target: WorkTarget, name: String) {
        state.withLock { $0.targets[name] = target }
    }

    /// What hooks may name `name` for, or `nil`.
    public func target(_ name: String) -> WorkTarget? {
        state.withLock { $0.targets[name] }
    }

    func add(_ engine: StateMachineEngine) {
        state.withLock { $0.engines[engine.name] = engine }
    }

    func engine(_ name: String) -> StateMachineEngine? {
        state.withLock { $0.engines[name] }
    }

    /// The engines by name.
    var engines: [String: StateMachineEngine] { state.withLock { $0.engines } }

    /// The definitions of all engines by name.
    var definitions: [String: StateMachineDefinition] {
        var definitions: [String: StateMachineDefinition] = [:]
        for engine in engines.values {
            for name in engine.definitionNames { definitions[name] = engine.definition(name) }
        }
        return definitions
    }

    /// How many runs each handler may have at once.
    var limits: [String: Int] {
        state.withLock { state in
            state.targets.compactMapValues { if case .step(let step) = $0 { step.concurrency } else { nil } }
        }
    }

    /// Forgets engines and handlers, which hold on to their generation.
    func dismantle() {
        let released = state.withLock { state in
            defer { (state.engines, state.targets) = ([:], [:]) }
            return (state.engines, state.targets)
        }
        _ = released
    }

    // MARK: - Runs

    /// Says that a run begins; ``end()`` must follow.
    func begin() {
        state.withLock { $0.running += 1 }
    }

    func end() {
        let isIdle = state.withLock { state in
            state.running -= 1
            return state.running == 0
        }
        if isIdle { idle.signal() }
    }

    /// How many runs go on.
    var running: Int { state.withLock { $0.running } }

    /// Returns when no run goes on, or when the task is cancelled. Call it when no more runs begin.
    func waitUntilIdle() async {
        while running > 0, !Task.isCancelled { await idle.wait() }
    }
}

/// What a hook may lead to.
public enum WorkTarget: Sendable {
    /// A step with a policy for retries and outcomes.
    case step(any ProcessingStep)
    /// A message handler that is told of the transition.
    case message(any MessageHandler)
}
