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
        let failed = state.withLock { state -> [(PendingCall, ScriptError)] in
            state.socket = nil
            state.isWriting = false
            state.isBlocked = false
            state.retireBy = nil
            state.generation += 1
            Self.cancelAllHostTasks(in: &state)
            var failed: [(PendingCall, ScriptError)] = []
            for (id, call) in state.calls where !call.isHeld {
                let isGuilty = stretch.map { $0.call == id } ?? false
                let limits = state.components[call.component]?.limits
                failed.append((call, Self.error(end, isGuilty: isGuilty, limits: limits)))
                state.calls[id] = nil
                if isGuilty, call.continuation == nil {
                    state.components[call.component]?.loss = Self.error(end, isGuilty: true, limits: limits)
                }
            }
            for id in state.calls.keys { state.calls[id]?.isHeld = false }
            state.outbound.removeAll()
            Self.replay(&state)
            state.outbound += state.held
            state.held = []
            return failed
        }
        for (call, error) in failed { call.continuation?.resume(throwing: error) }
    }

    /// Appends what brings the components into a new worker.
    private static func replay(_ state: inout State) {
        for (id, component) in state.components.sorted(by: { $0.key < $1.key })
        where component.isLoaded && component.loss == nil {
            for kind in component.isStarted ? [ScriptFrameKind.load, .start] : [.load] {
                let call = state.nextCall
                state.nextCall += 1
                state.calls[call] = PendingCall(continuation: nil, component: id, deadline: .max)
                append(kind, component: id, id: call, kind == .load ? component.load : [], to: &state)
            }
        }
    }

    private static func error(_ end: WorkerEnd, isGuilty: Bool, limits: EngineLimits?) -> ScriptError {
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
        case .overran:
            return ScriptError(.workerLost, "the script worker was stopped because of another call")
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
        return state.withLock { state in
            guard state.socket === socket else { return false }
            state.isWriting = false
            if written == bytes.count {
                bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
                state.spare = bytes
                return false
            }
            bytes.removeFirst(written)
            state.outbound = bytes + state.outbound
            state.isBlocked = true
            return true
        }
    }

    /// Whether the transport waits until the socket takes more.
    var isBlocked: Bool { state.withLock { $0.isBlocked } }

    /// Takes everything that was written, for an engine in this process.
    func takeOutput(into buffer: inout [UInt8]) {
        state.withLock { state in
            swap(&state.outbound, &buffer)
            state.outbound.removeAll(keepingCapacity: true)
        }
    }

    // MARK: Watching

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
                Self.cancelHostTasks(of: id, in: &state)
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
