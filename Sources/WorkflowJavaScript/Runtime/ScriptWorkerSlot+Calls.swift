#if JavaScript
import CJavaScriptCore
import Synchronization
import WorkflowCore

/// What components ask of their slot.
extension ScriptWorkerSlot {
    private static let loadAttempts = 4

    /// Loads a component; again, when another one ends the worker meanwhile.
    ///
    /// - Returns: The payload of the result: name and contract.
    func loadComponent(_ id: UInt32, _ component: Component) async throws -> [UInt8] {
        startIfNeeded()
        try state.withLock { state throws(ScriptError) in
            guard !state.isClosed else { throw Self.shutDown }
            state.components[id] = component
        }
        var attempts = 0
        while true {
            attempts += 1
            do {
                return try await call(.load, component: id, component.load)
            } catch let error as ScriptError where error.code == .workerLost && attempts < Self.loadAttempts {
                continue
            } catch {
                removeComponent(id)
                throw error
            }
        }
    }

    /// Removes a component; its calls must have ended.
    func removeComponent(_ id: UInt32) {
        let isThere = state.withLock { state in
            state.components[id]?.hostCalls.cancel(of: nil)
            guard state.components.removeValue(forKey: id) != nil, !state.isClosed else { return false }
            Self.append(.unload, component: id, id: 0, [], to: &state)
            return true
        }
        if isThere { outputIsReady() }
    }

    /// Calls a function of a component and waits for its result.
    ///
    /// - Throws: ``ScriptError``, or `CancellationError` when the task is cancelled; the result is dropped then.
    func call(_ kind: ScriptFrameKind, component: UInt32, _ payload: [UInt8]) async throws -> [UInt8] {
        let id = state.withLock { state in
            defer { state.nextCall += 1 }
            return state.nextCall
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let refusal = register(id, kind, component, payload, continuation)
                if let refusal {
                    continuation.resume(throwing: refusal)
                } else if Task.isCancelled {
                    cancel(id)
                } else {
                    outputIsReady()
                }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func register(
        _ id: UInt64, _ kind: ScriptFrameKind, _ component: UInt32, _ payload: [UInt8],
        _ continuation: CheckedContinuation<[UInt8], any Error>
    ) -> ScriptError? {
        state.withLock { state in
            guard !state.isClosed else { return Self.shutDown }
            guard let limits = state.components[component]?.limits else {
                return ScriptError(.stopped, "the component has been stopped")
            }
            guard state.outbound.count + state.held.count < Self.outboundLimit else {
                return ScriptError(.overloaded, "too much data waits for the script worker")
            }
            if let suspension = Self.admit(id, to: component, in: &state) { return suspension }
            let time = workflow_monotonic_time() &+ limits.wallTime &+ Self.patience
            state.nextSweep = min(state.nextSweep, time)
            state.calls[id] = PendingCall(
                continuation: continuation, kind: kind, component: component, deadline: time,
                isHeld: state.retireBy != nil, trace: .current)
            Self.append(kind, component: component, id: id, payload, to: &state)
            return nil
        }
    }

    private func cancel(_ id: UInt64) {
        let call = state.withLock { state -> PendingCall? in
            guard let call = state.calls.removeValue(forKey: id) else { return nil }
            Self.append(.cancel, component: call.component, id: id, [], to: &state)
            Self.abandon(call, id, in: &state)
            return call
        }
        guard let call else { return }
        outputIsReady()
        call.continuation?.resume(throwing: CancellationError())
    }

    /// Nobody waits for the call any more, nor for what it asked of the host.
    static func abandon(_ call: PendingCall, _ id: UInt64, in state: inout State) {
        state.components[call.component]?.hostCalls.cancel(of: id)
        state.components[call.component]?.breaker.ended(id, isProof: false)
    }
}
#endif
