#if JavaScript
import CJavaScriptCore
import Synchronization
import WorkflowCore

/// Components that end their worker, and what follows from it.
extension ScriptWorkerSlot {
    /// What is to be logged about a component that has been suspended.
    struct Notice {
        let host: any ScriptHost
        let message: String

        func log() {
            host.log(level: "error", message: message, metadata: [:])
        }
    }

    /// Why calls of the component are refused now; `nil` when they are not.
    func suspension(of component: UInt32) -> ScriptError? {
        state.withLock { state in
            guard let target = state.components[component] else { return nil }
            return target.breaker.remaining(now: workflow_monotonic_time()).map { target.suspended(for: $0) }
        }
    }

    /// Why the component rests and for how long; `nil` when it does not rest.
    func rest(of component: UInt32) -> (reason: String, retryAfter: Duration)? {
        state.withLock { state in
            guard let breaker = state.components[component]?.breaker else { return nil }
            return breaker.remaining(now: workflow_monotonic_time()).map { (breaker.cause, $0) }
        }
    }

    /// Whether the component is suspended, and how many calls its worker has; for choosing among instances.
    func burden(of component: UInt32) -> (Int, Int) {
        (suspension(of: component) == nil ? 0 : 1, load.calls)
    }

    /// Lets a call in, if the component is not suspended, and loads the component again if its rest is over.
    ///
    /// - Returns: Why the call is refused, or `nil`.
    static func admit(_ call: UInt64, to component: UInt32, in state: inout State) -> ScriptError? {
        switch state.components[component]?.breaker.admit(call, now: workflow_monotonic_time()) {
        case .refused(let retryAfter):
            return state.components[component]?.suspended(for: retryAfter)
        case .admittedToLoad:
            reload(component, in: &state)
        case .admitted, nil:
            break
        }
        return nil
    }

    /// Counts a strike against the component; if it is suspended, it is unloaded.
    static func strike(_ component: UInt32, _ strike: ComponentBreaker.Strike, in state: inout State) -> Notice? {
        // The first load tells its caller what has happened.
        guard let target = state.components[component], target.isLoaded, !target.breaker.isOpen else { return nil }
        let now = workflow_monotonic_time()
        state.components[component]?.breaker.strike(strike, now: now)
        guard let target = state.components[component], target.breaker.isOpen else { return nil }
        state.components[component]?.hostCalls.cancel(of: nil)
        append(.unload, component: component, id: 0, [], to: &state)
        if let revival = target.breaker.revival { state.nextRevival = min(state.nextRevival, revival) }
        let rest = target.breaker.remaining(now: now) ?? .zero
        return Notice(host: target.host, message: target.suspended(for: rest).message)
    }

    /// A script used up the worker's memory, so that the worker is replaced. One strike, however many calls failed of it.
    static func strikeForMemory(_ component: UInt32, in state: inout State) -> Notice? {
        guard state.socket != nil, state.components[component]?.exhausted != state.generation else { return nil }
        state.components[component]?.exhausted = state.generation
        return strike(component, .memory, in: &state)
    }

    /// Loads components whose pause is over, if that need not wait for a call.
    ///
    /// - Returns: Whether there is something to write, and when to look again.
    func revive(now: UInt64) -> (isReady: Bool, next: UInt64) {
        state.withLock { state in
            guard now >= state.nextRevival else { return (false, state.nextRevival) }
            state.nextRevival = .max
            for (id, component) in state.components {
                guard let revival = component.breaker.revival else { continue }
                if revival <= now {
                    state.components[id]?.breaker.revive(now: now)
                    Self.reload(id, in: &state)
                } else {
                    state.nextRevival = min(state.nextRevival, revival)
                }
            }
            return (!state.outbound.isEmpty, state.nextRevival)
        }
    }

    /// Appends what brings the components into a new worker.
    static func reloadAll(in state: inout State) {
        for (id, component) in state.components.sorted(by: { $0.key < $1.key })
        where component.isLoaded && !component.breaker.isOpen {
            reload(id, in: &state)
        }
    }

    private static func reload(_ id: UInt32, in state: inout State) {
        // A worker that is to be replaced loads nothing; the next one loads everything.
        guard let component = state.components[id], state.retireBy == nil else { return }
        for kind in component.isStarted ? [ScriptFrameKind.load, .start] : [.load] {
            let call = state.nextCall
            state.nextCall += 1
            state.calls[call] = PendingCall(continuation: nil, kind: kind, component: id, deadline: .max)
            append(kind, component: id, id: call, kind == .load ? component.load : [], to: &state)
        }
    }
}

extension ScriptWorkerSlot.Component {
    fileprivate func suspended(for rest: Duration) -> ScriptError {
        ScriptError(.suspended, breaker.reason(name: name, retryAfter: rest), retryAfter: rest)
    }
}
#endif
