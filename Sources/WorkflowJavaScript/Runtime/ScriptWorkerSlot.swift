#if JavaScript
import CJavaScriptCore
import Synchronization
import WorkflowCore

/// One worker as the runtime sees it: the components that live there, the calls in flight, and the frames on their way.
///
/// A slot outlives the processes that serve it. When one ends, its calls fail, and the next one gets every component
/// again before any new call.
final class ScriptWorkerSlot: Sendable {
    /// A call that waits for its frame.
    struct PendingCall {
        /// `nil` for what the slot itself asks of a worker that replaces another.
        let continuation: CheckedContinuation<[UInt8], any Error>?
        let component: UInt32
        let deadline: UInt64
        /// Whether its frame waits for the next worker.
        var isHeld = false
    }

    /// A component that lives here.
    struct Component {
        let host: any ScriptHost
        let limits: EngineLimits
        /// The payload of its load frame.
        let load: [UInt8]
        var isLoaded = false
        var isStarted = false
        /// Why it could not be loaded into the present worker.
        var loss: ScriptError?
    }

    struct State {
        var calls: [UInt64: PendingCall] = [:]
        var components: [UInt32: Component] = [:]
        var hostTasks: [UInt64: HostTask] = [:]
        var nextCall: UInt64 = 1
        var outbound: [UInt8] = []
        var spare: [UInt8] = []
        var held: [UInt8] = []
        var socket: SocketHandle?
        var isWriting = false
        var isBlocked = false
        var isClosed = false
        var isStarted = false
        var isFinished = false
        var finishWaiters: [CheckedContinuation<Void, Never>] = []
        /// Rises with each worker that serves the slot.
        var generation = 0
        /// When the worker has to be gone, once it is to be replaced.
        var retireBy: UInt64?
        var nextSweep = UInt64.max
    }

    struct HostTask {
        let call: UInt64
        /// `nil` until its first part has run.
        var task: Task<Void, Never>?
    }

    /// Frames that may wait to be written, in bytes.
    static let outboundLimit = 64 << 20

    /// The worker itself ends calls at their time. Nanoseconds until the slot does it, for the case that it cannot.
    static let patience: UInt64 = 3_000_000_000

    let state = Mutex(State())
    private let transport: any ScriptTransport

    init(transport: any ScriptTransport) {
        self.transport = transport
    }

    /// Calls in flight; for choosing the least loaded.
    var load: (components: Int, calls: Int) {
        state.withLock { ($0.components.count, $0.calls.count) }
    }

    /// Starts the worker in the background, if it does not run yet.
    func startIfNeeded() {
        let isFirst = state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted && !state.isClosed
        }
        if isFirst { transport.start(self) }
    }

    // MARK: Calls

    /// Loads a component.
    ///
    /// - Returns: The payload of the result: name and contract.
    func loadComponent(_ id: UInt32, _ component: Component) async throws -> [UInt8] {
        startIfNeeded()
        try state.withLock { state throws(ScriptError) in
            guard !state.isClosed else { throw Self.shutDown }
            state.components[id] = component
        }
        do {
            let payload = try await call(.load, component: id, component.load)
            state.withLock { $0.components[id]?.isLoaded = true }
            return payload
        } catch {
            removeComponent(id)
            throw error
        }
    }

    /// Removes a component; its calls must have ended.
    func removeComponent(_ id: UInt32) {
        let isThere = state.withLock { state in
            guard state.components.removeValue(forKey: id) != nil, !state.isClosed else { return false }
            Self.append(.unload, component: id, id: 0, [], to: &state)
            return true
        }
        if isThere { transport.outputIsReady(self) }
    }

    /// Remembers that the component's `start` has run, so that a new worker runs it too.
    func markStarted(_ id: UInt32) {
        state.withLock { $0.components[id]?.isStarted = true }
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
                    transport.outputIsReady(self)
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
            guard let target = state.components[component] else {
                return ScriptError(.stopped, "the component has been stopped")
            }
            if let loss = target.loss { return loss }
            guard state.outbound.count + state.held.count < Self.outboundLimit else {
                return ScriptError(.overloaded, "too much data waits for the script worker")
            }
            let time = workflow_monotonic_time() &+ target.limits.wallTime &+ Self.patience
            state.nextSweep = min(state.nextSweep, time)
            state.calls[id] = PendingCall(
                continuation: continuation, component: component, deadline: time, isHeld: state.retireBy != nil)
            Self.append(kind, component: component, id: id, payload, to: &state)
            return nil
        }
    }

    private func cancel(_ id: UInt64) {
        let call = state.withLock { state -> PendingCall? in
            guard let call = state.calls.removeValue(forKey: id) else { return nil }
            Self.append(.cancel, component: call.component, id: id, [], to: &state)
            Self.cancelHostTasks(of: id, in: &state)
            return call
        }
        guard let call else { return }
        transport.outputIsReady(self)
        call.continuation?.resume(throwing: CancellationError())
    }

    /// Ends the worker. Calls in flight fail.
    func close() {
        let calls = state.withLock { state -> [PendingCall] in
            guard !state.isClosed else { return [] }
            state.isClosed = true
            defer {
                state.calls = [:]
                state.components = [:]
                state.outbound = []
                state.held = []
            }
            Self.cancelAllHostTasks(in: &state)
            if !state.isStarted { Self.finish(&state) }
            return Array(state.calls.values)
        }
        transport.wake()
        for call in calls { call.continuation?.resume(throwing: Self.shutDown) }
    }

    /// Waits until the worker has ended after ``close()``.
    func waitUntilFinished() async {
        await withCheckedContinuation { continuation in
            let isFinished = state.withLock { state in
                if !state.isFinished { state.finishWaiters.append(continuation) }
                return state.isFinished
            }
            if isFinished { continuation.resume() }
        }
    }

    /// Called by the transport when nothing of the worker is left.
    func finished() {
        state.withLock { Self.finish(&$0) }
    }

    private static func finish(_ state: inout State) {
        state.isFinished = true
        for waiter in state.finishWaiters { waiter.resume() }
        state.finishWaiters = []
    }

    static let shutDown = ScriptError(.workerLost, "the script runtime has been shut down")

    // MARK: Helpers

    /// Puts a frame behind the others; calls wait for the next worker when this one is to be replaced.
    static func append(
        _ kind: ScriptFrameKind, component: UInt32, id: UInt64, _ payload: [UInt8], to state: inout State
    ) {
        let isHeld = state.retireBy != nil && kind != .hostReply && kind != .hostError && kind != .cancel
        payload.withUnsafeBytes { bytes in
            if isHeld {
                ScriptFrame.append(kind, component: component, id: id, payload: bytes, to: &state.held)
            } else {
                ScriptFrame.append(kind, component: component, id: id, payload: bytes, to: &state.outbound)
            }
        }
    }

    static func cancelHostTasks(of call: UInt64, in state: inout State) {
        for (id, task) in state.hostTasks where task.call == call {
            task.task?.cancel()
            state.hostTasks[id] = nil
        }
    }

    static func cancelAllHostTasks(in state: inout State) {
        for task in state.hostTasks.values { task.task?.cancel() }
        state.hostTasks = [:]
    }

    func outputIsReady() {
        transport.outputIsReady(self)
    }
}
#endif
