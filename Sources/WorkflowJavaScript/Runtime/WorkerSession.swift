#if JavaScript
import CJavaScriptCore
import WorkflowCore

/// The life of one worker process, from its start to its end, on the thread of its slot.
struct WorkerSession {
    private let slot: ScriptWorkerSlot
    private let process: WorkerProcess
    private var input = ScriptInputBuffer()
    private var stretchGuard = StretchGuard()
    private var lastWatch: UInt64
    private var lastActivity: UInt64
    private var lastSequence: UInt64 = 0
    private(set) var isReady = false
    /// What the worker could not do to bound itself.
    private var defect = ""
    /// The stretch that took too much time.
    private(set) var overrun: StretchMarker.Stretch?
    private let begin: UInt64

    /// Nanoseconds between two looks at a busy worker.
    private static let watchInterval: UInt64 = 20_000_000
    /// For how long the thread goes on looking at a worker that has nothing to do, so that the first call after a short
    /// pause need not wake it.
    private static let linger: UInt64 = 2_000_000_000
    /// A worker that lives shorter is not replaced at once.
    private static let shortLife: UInt64 = 1_000_000_000
    /// For how long a worker may neither run a script nor answer a call that is over its time.
    private static let patience: UInt64 = 2_000_000_000

    init(slot: ScriptWorkerSlot, process: WorkerProcess) {
        self.slot = slot
        self.process = process
        begin = workflow_monotonic_time()
        lastWatch = begin
        lastActivity = begin
    }

    /// Milliseconds until the thread must look again; -1 when it need not.
    var timeout: Int32 {
        if process.marker.current != nil || slot.hasCalls { return 20 }
        return workflow_monotonic_time() &- lastActivity < Self.linger ? 250 : -1
    }

    /// Whether the worker started and lived for a while.
    var hasLived: Bool { isReady && workflow_monotonic_time() &- begin >= Self.shortLife }

    /// Reads what is there and looks at the worker.
    ///
    /// - Returns: Why the worker ends, when it does.
    mutating func turn(isReadable: Bool) -> WorkerEnd? {
        let isOpen = !isReadable || read()
        if !defect.isEmpty {
            return .notStarted(
                "the script worker could not bound itself: \(defect); scripts that are trusted can run without a worker "
                    + "(--scripts in-process)")
        }
        if !isOpen { return .exited(signal: 0) }
        if slot.isClosed { return .closed }
        let now = workflow_monotonic_time()
        if isReadable { lastActivity = now }
        guard now &- lastWatch >= Self.watchInterval else { return nil }
        lastWatch = now
        return watch(now)
    }

    /// Reads what an ended worker has left.
    mutating func readRest() {
        _ = read()
    }

    private mutating func read() -> Bool {
        var (isReady, defect) = (isReady, defect)
        defer { (self.isReady, self.defect) = (isReady, defect) }
        return input.read(from: process.socket.descriptor) { frame in
            if frame.kind == .ready {
                isReady = frame.payload.isEmpty
                defect = String(decoding: frame.payload, as: UTF8.self)
            }
            slot.receive(frame)
        }
    }

    private mutating func watch(_ now: UInt64) -> WorkerEnd? {
        let stretch = process.marker.current
        if let stretch {
            if stretch.sequence != lastSequence { lastActivity = now }
            lastSequence = stretch.sequence
        }
        let limit = slot.stretchLimit(stretch?.component ?? 0)
        let cpuTime = stretch == nil ? 0 : workflow_process_cpu_time(process.identifier)
        if stretchGuard.isOverrun(stretch, cpuTime: cpuTime, now: now, limit: limit) {
            overrun = stretch
            return .overran
        }
        if slot.failOverdue(now: now), stretch == nil, now &- lastActivity > Self.patience { return .unresponsive }
        if slot.canRetire(now: now) { return .retired }
        return nil
    }
}
#endif
