#if JavaScript
import CJavaScriptCore
import Synchronization
import WorkflowCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Serves a slot with a worker process: starts it, reads from it, watches it, and replaces it when it ends.
///
/// All of that happens on one thread per slot. A worker ends with the thread that started it, so the thread lives as long
/// as the slot is open.
final class ProcessTransport: ScriptTransport {
    private let executable: String
    private let arguments: [String]
    /// Wakes the thread; the second descriptor is the writing end.
    private let wakeReader: SocketHandle
    private let wakeWriter: SocketHandle
    /// Whether the thread sleeps until it is woken.
    private let isDozing = Atomic(false)

    /// - Throws: ``ScriptError`` when the system has no descriptors left.
    init(executable: String, arguments: [String]) throws(ScriptError) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Self.socketType, 0, &ends) == 0 else {
            throw ScriptError(.workerLost, "no descriptors for a script worker")
        }
        self.executable = executable
        self.arguments = arguments
        wakeReader = SocketHandle(ends[0])
        wakeWriter = SocketHandle(ends[1])
    }

    #if canImport(Darwin)
    private static let socketType = SOCK_STREAM
    #else
    private static let socketType = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #endif

    func start(_ slot: ScriptWorkerSlot) {
        let isStarted = DedicatedThread.start { [self] in
            run(slot)
            slot.finished()
        }
        if !isStarted {
            slot.workerEnded(.notStarted("no thread for a script worker could be started"), executing: nil)
            slot.finished()
        }
    }

    func wake() {
        _ = wakeWriter.send([0])
    }

    func outputIsReady(_ slot: ScriptWorkerSlot) {
        write(slot, resume: false)
        if isDozing.load(ordering: .sequentiallyConsistent), isDozing.exchange(false, ordering: .sequentiallyConsistent)
        {
            wake()
        }
    }

    private func write(_ slot: ScriptWorkerSlot, resume: Bool) {
        var resume = resume
        while let (socket, bytes) = slot.beginWriting(resume: resume) {
            resume = false
            // A broken connection shows when the thread reads; what was to be written is of no use any more.
            let written = socket.send(bytes[...]) ?? bytes.count
            if slot.endWriting(socket, bytes, written: written) {
                wake()
                return
            }
        }
    }

    // MARK: The thread

    private func run(_ slot: ScriptWorkerSlot) {
        var failures = 0
        var needsDemand = false
        while !slot.isClosed {
            if failures > 0 {
                // A worker that does not start may start later: the executable is being replaced, memory is short. And one
                // that is ended again and again must not keep the machine busy with starting it.
                pause(milliseconds: min(1000, 10 << min(failures - 1, 7)))
            }
            if needsDemand { doze(slot) }
            needsDemand = true
            guard !slot.isClosed else { break }
            do {
                let process = try WorkerProcess.spawn(executable: executable, arguments: arguments)
                failures = serve(slot, process) ? 0 : failures + 1
            } catch {
                failures += 1
                slot.workerEnded(.notStarted(error.message), executing: nil)
            }
        }
        slot.workerEnded(.closed, executing: nil)
    }

    /// Serves the slot with one process until that has ended.
    ///
    /// - Returns: Whether the worker had started and lived for a while.
    private func serve(_ slot: ScriptWorkerSlot, _ process: WorkerProcess) -> Bool {
        var session = WorkerSession(slot: slot, process: process)
        slot.workerStarted(socket: process.socket, parent: getpid())
        write(slot, resume: true)
        var end: WorkerEnd?
        while end == nil {
            let isReadable = waitForEvent(slot, process, timeout: revive(slot, atMost: session.timeout))
            if slot.isBlocked { write(slot, resume: true) }
            end = session.turn(isReadable: isReadable)
        }
        process.kill()
        let status = process.wait()
        // What the worker had sent before it ended still counts.
        session.readRest()
        let stretch = session.overrun ?? process.marker.current
        var reason = end ?? .exited(signal: 0)
        if case .exited = reason, let status {
            reason = .exited(signal: workflow_exit_signal(status))
            if !session.isReady {
                let code = workflow_exit_status(status)
                let how = workflow_exited(status) ? "with status \(code)" : "by signal \(workflow_exit_signal(status))"
                let why = workflow_javascript_problem() == nil ? "" : "; \(ScriptEngine.cannotStart)"
                reason = .notStarted("the script worker \(executable) ended \(how) before it was ready\(why)")
            }
        }
        slot.workerEnded(reason, executing: stretch)
        return session.hasLived
    }

    /// Loads components whose time has come.
    ///
    /// - Parameter timeout: Milliseconds; -1 for ever.
    /// - Returns: For how long it is not necessary to look again.
    private func revive(_ slot: ScriptWorkerSlot, atMost timeout: Int32) -> Int32 {
        let now = workflow_monotonic_time()
        let (isReady, next) = slot.revive(now: now)
        if isReady { write(slot, resume: false) }
        guard next != .max else { return timeout }
        let remaining = Int32(clamping: (next - min(next, now)) / 1_000_000 + 1)
        return timeout < 0 ? remaining : min(timeout, remaining)
    }

    /// Waits for the worker, a wake-up, or the time to look.
    private func waitForEvent(_ slot: ScriptWorkerSlot, _ process: WorkerProcess, timeout: Int32) -> Bool {
        var timeout = timeout
        if timeout < 0 {
            isDozing.store(true, ordering: .sequentiallyConsistent)
            if slot.hasCalls { timeout = 0 }
        }
        defer { isDozing.store(false, ordering: .relaxed) }
        let events = slot.isBlocked ? Int16(POLLIN) | Int16(POLLOUT) : Int16(POLLIN)
        return withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { descriptors in
            descriptors.initializeElement(
                at: 0, to: pollfd(fd: process.socket.descriptor, events: events, revents: 0))
            descriptors.initializeElement(
                at: 1, to: pollfd(fd: wakeReader.descriptor, events: Int16(POLLIN), revents: 0))
            guard poll(descriptors.baseAddress, 2, timeout) > 0 else { return false }
            if descriptors[1].revents != 0 { drainWakeUps() }
            return descriptors[0].revents & ~Int16(POLLOUT) != 0
        }
    }

    /// Sleeps until something is to be sent.
    private func doze(_ slot: ScriptWorkerSlot) {
        while !slot.hasOutput, !slot.isClosed {
            isDozing.store(true, ordering: .sequentiallyConsistent)
            let timeout = revive(slot, atMost: -1)
            if !slot.hasOutput, !slot.isClosed { pause(milliseconds: timeout) }
            isDozing.store(false, ordering: .relaxed)
        }
    }

    private func pause(milliseconds: Int32) {
        var descriptor = pollfd(fd: wakeReader.descriptor, events: Int16(POLLIN), revents: 0)
        if systemPoll(&descriptor, milliseconds) > 0 { drainWakeUps() }
    }

    private func drainWakeUps() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            _ = recv(wakeReader.descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        }
    }
}
#endif
