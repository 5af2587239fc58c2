#if JavaScript
import CJavaScriptCore
import Synchronization
import WorkflowCore

/// What the transports use.
extension ScriptWorkerSlot {
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Whether a worker is needed now.
    var hasOutput: Bool { state.withLock { !$0.outbound.isEmpty } }

    /// Whether calls are in flight.
    var hasCalls: Bool { state.withLock { !$0.calls.isEmpty } }

    /// A worker has started: what is written from now on goes to `socket`, and `settings` goes first.
    func workerStarted(socket: SocketHandle, parent: Int32) {
        state.withLock { state in
            state.socket = socket
            state.isWriting = false
            state.isBlocked = false
            var first: [UInt8] = []
            ScriptFrameHeader(.configure, component: 0, id: UInt64(clamping: parent), length: 0).append(to: &first)
            state.outbound.insert(contentsOf: first, at: 0)
        }
    }

    /// A worker has ended: fails its calls, and prepares what the next one gets first.
    ///
    /// - Parameters:
    ///   - end: Why it ended.
    ///   - stretch: What it executed at its end.
    func workerEnded(_ end: WorkerEnd, executing stretch: StretchMarker.Stretch?) {
        let (failed, notice) = state.withLock { state -> ([(PendingCall, ScriptError)], Notice?) in
            state.socket = nil
            state.isWriting = false
            state.isBlocked = false
            state.retireBy = nil
            state.generation += 1
            Self.cancelHostCalls(in: &state)
            var notice: Notice?
            // Whoever ran then is to blame, be it for a call or in the background.
            if let stretch, let strike = Self.strike(for: end) {
                notice = Self.strike(stretch.component, strike, in: &state)
            }
            var failed: [(PendingCall, ScriptError)] = []
            for (id, call) in state.calls where !call.isHeld {
                let isGuilty = stretch.map { $0.call == id } ?? false
                failed.append((call, Self.error(end, isGuilty: isGuilty, state.components[call.component]?.limits)))
                state.calls[id] = nil
                state.components[call.component]?.breaker.ended(id, isProof: false)
            }
            for id in state.calls.keys { state.calls[id]?.isHeld = false }
            state.outbound.removeAll()
            Self.reloadAll(in: &state)
            Self.appendHeld(to: &state)
            return (failed, notice)
        }
        notice?.log()
        for (call, error) in failed { call.continuation?.resume(throwing: error) }
    }

    /// Appends the frames that have waited for this worker, but for calls that have been given up since.
    private static func appendHeld(to state: inout State) {
        let held = state.held
        state.held = []
        held.withUnsafeBytes { bytes in
            _ = ScriptFrame.forEach(in: bytes) { frame in
                guard frame.kind == .unload || state.calls[frame.id] != nil else { return }
                ScriptFrame.append(
                    frame.kind, component: frame.component, id: frame.id, payload: frame.payload, to: &state.outbound)
            }
        }
    }

    /// What the end of a worker means for the component that ran then.
    private static func strike(for end: WorkerEnd) -> ComponentBreaker.Strike? {
        switch end {
        case .overran: .processorTime
        case .exited(let signal): memorySignals.contains(signal) ? .memory : .crash(signal: signal)
        case .closed, .unresponsive, .retired, .notStarted: nil
        }
    }

    private static func error(_ end: WorkerEnd, isGuilty: Bool, _ limits: EngineLimits?) -> ScriptError {
        switch end {
        case .closed:
            return shutDown
        case .notStarted(let reason):
            return ScriptError(.workerLost, reason)
        case .overran where isGuilty:
            let milliseconds = Int((limits?.cpuTime ?? 0) * 1000)
            return ScriptError(
                .timeLimit,
                "the script used more than \(milliseconds) ms of processor time and was stopped with its worker")
        case .exited(let signal) where isGuilty && memorySignals.contains(signal):
            return ScriptError(
                .memoryLimit, "the worker ended by signal \(signal) in this call: most likely it ran out of memory")
        case .exited(let signal) where isGuilty:
            return ScriptError(
                .thrown, "the script worker ended\(signal == 0 ? "" : " by signal \(signal)") in this call")
        case .overran:
            return ScriptError(.workerLost, "the script worker was stopped because of other code in it")
        case .retired:
            return ScriptError(.workerLost, "the script worker was replaced because its memory was used up")
        case .unresponsive:
            return ScriptError(.workerLost, "the script worker did not answer and was stopped")
        case .exited(let signal):
            return ScriptError(.workerLost, "the script worker ended\(signal == 0 ? "" : " by signal \(signal)")")
        }
    }

    /// How a process ends when it cannot allocate.
    private static let memorySignals: Set<Int32> = [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP]

    // MARK: Writing

    /// Takes what is to be written, for the one who writes.
    ///
    /// - Returns: `nil` when someone else writes, or there is nothing to write or nobody to write to.
    func beginWriting(resume: Bool = false) -> (socket: SocketHandle, bytes: [UInt8])? {
        state.withLock { state in
            if resume { state.isBlocked = false }
            guard !state.isWriting, !state.isBlocked, !state.outbound.isEmpty, let socket = state.socket else {
                return nil
            }
            state.isWriting = true
            let bytes = state.outbound
            state.outbound = state.spare
            state.spare = []
            return (socket, bytes)
        }
    }

    /// Gives back what could not be written.
    ///
    /// - Returns: Whether the socket is full, so that the transport must wait until it takes more.
    func endWriting(_ socket: SocketHandle, _ bytes: consuming [UInt8], written: Int) -> Bool {
        var bytes = bytes
        let (isFull, components) = state.withLock { state -> (Bool, Set<UInt32>) in
            guard state.socket === socket else { return (false, []) }
            state.isWriting = false
            if written == bytes.count {
                bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
                state.spare = bytes
                return (false, Self.takeUnwritten(&state))
            }
            bytes.removeFirst(written)
            state.outbound = bytes + state.outbound
            state.isBlocked = true
            return (true, [])
        }
        continueHostCalls(of: components)
        return isFull
    }

    /// Whether the transport waits until the socket takes more.
    var isBlocked: Bool { state.withLock { $0.isBlocked } }

    /// Takes everything that was written, for an engine in this process.
    func takeOutput(into buffer: inout [UInt8]) {
        let components = state.withLock { state in
            swap(&state.outbound, &buffer)
            state.outbound.removeAll(keepingCapacity: true)
            return Self.takeUnwritten(&state)
        }
        continueHostCalls(of: components)
    }

    private static func takeUnwritten(_ state: inout State) -> Set<UInt32> {
        guard !state.unwritten.isEmpty else { return [] }
        defer { state.unwritten = [] }
        return state.unwritten
    }
}
#endif
