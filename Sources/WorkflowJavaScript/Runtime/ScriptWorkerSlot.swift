#if JavaScript
import CJavaScriptCore
import Synchronization
import WorkflowCore

/// One worker as the runtime sees it: the components that live there, the calls in flight, and the frames on their way.
///
/// A slot outlives the processes that serve it. When one ends, its calls fail, and the next one gets every component
/// that is not suspended again before any new call.
final class ScriptWorkerSlot: Sendable {
    /// A call that waits for its frame.
    struct PendingCall {
        /// `nil` for what the slot itself asks of a worker that replaces another.
        let continuation: CheckedContinuation<[UInt8], any Error>?
        let kind: ScriptFrameKind
        let component: UInt32
        let deadline: UInt64
        /// Whether its frame waits for the next worker.
        var isHeld = false
        /// The trace of the caller, which goes on in what the script asks of its host.
        var trace: TraceScope?
    }

    /// A component that lives here.
    struct Component {
        let name: String
        let host: any ScriptHost
        let limits: EngineLimits
        /// The payload of its load frame.
        let load: [UInt8]
        /// Whether it has been loaded once, so that a new worker loads it too.
        var isLoaded = false
        var isStarted = false
        var breaker = ComponentBreaker()
        var hostCalls = HostCallQueue()
        /// The worker whose memory it has used up last.
        var exhausted: Int?
    }

    struct State {
        var calls: [UInt64: PendingCall] = [:]
        var components: [UInt32: Component] = [:]
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
        /// When a component is to be loaded again, at the earliest.
        var nextRevival = UInt64.max
        /// Components with host calls that wait until replies have been written.
        var unwritten: Set<UInt32> = []
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

    /// Ends the worker. Calls in flight fail.
    func close() {
        let calls = state.withLock { state -> [PendingCall] in
            guard !state.isClosed else { return [] }
            state.isClosed = true
            Self.cancelHostCalls(in: &state)
            defer {
                state.calls = [:]
                state.components = [:]
                state.outbound = []
                state.held = []
            }
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

    func outputIsReady() {
        transport.outputIsReady(self)
    }
}
#endif
