#if JavaScript
import CJavaScriptCore
import Synchronization
import WorkflowCore

/// What the transports look after.
extension ScriptWorkerSlot {
    /// Lets calls that go on end, keeps new ones for the next worker.
    func retire() {
        state.withLock { state in
            guard state.retireBy == nil, state.socket != nil else { return }
            state.retireBy = workflow_monotonic_time() &+ 5_000_000_000
        }
    }

    /// Whether a worker that is to be replaced can go.
    func canRetire(now: UInt64) -> Bool {
        state.withLock { state in
            guard let retireBy = state.retireBy else { return false }
            return now >= retireBy || !state.calls.values.contains { !$0.isHeld }
        }
    }

    /// Processor time that one stretch of the component may take.
    func stretchLimit(_ component: UInt32) -> (cpuTime: UInt64, wallTime: UInt64) {
        state.withLock { state in
            guard let limits = state.components[component]?.limits else { return (1_000_000_000, 60_000_000_000) }
            return (UInt64(limits.cpuTime * 1e9), limits.wallTime)
        }
    }

    /// Fails the calls that are far over their time.
    ///
    /// - Returns: Whether there were any.
    func failOverdue(now: UInt64) -> Bool {
        let overdue = state.withLock { state -> [PendingCall] in
            guard now >= state.nextSweep else { return [] }
            state.nextSweep = .max
            var overdue: [PendingCall] = []
            for (id, call) in state.calls {
                guard call.deadline <= now else {
                    state.nextSweep = min(state.nextSweep, call.deadline)
                    continue
                }
                overdue.append(call)
                state.calls[id] = nil
                Self.abandon(call, id, in: &state)
                Self.append(.cancel, component: call.component, id: id, [], to: &state)
            }
            return overdue
        }
        for call in overdue {
            call.continuation?.resume(throwing: ScriptError(.timeLimit, "the call took longer than it may"))
        }
        return !overdue.isEmpty
    }
}
#endif
