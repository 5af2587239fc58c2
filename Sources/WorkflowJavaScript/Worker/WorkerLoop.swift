#if JavaScript
import CJavaScriptCore
import WorkflowCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads frames from the engine, lets the script engine handle them, and writes what it emits, all on one thread.
struct WorkerLoop {
    private let descriptor: Int32
    private let marker: StretchMarker
    private var input = ScriptInputBuffer()

    init(descriptor: Int32, marker: StretchMarker) {
        self.descriptor = descriptor
        self.marker = marker
    }

    /// Returns when the connection is closed, or JavaScriptCore cannot start.
    mutating func run() {
        let descriptor = descriptor
        let engine = ScriptEngine(marker: marker) { bytes in
            Self.write(bytes, to: descriptor)
            bytes.removeAll(keepingCapacity: true)
        }
        guard let engine else { return }
        engine.warmUp()
        var bounds = WorkerBounds()
        let defect = bounds.apply()
        engine.emit(.ready, 0, 0, Array((defect ?? "").utf8))
        engine.flushOutput()
        guard defect == nil else { return }
        while wait(until: engine.nextDeadline) {
            let isOpen = input.read(from: descriptor) { frame in
                if frame.kind == .load { bounds.raise(for: frame.payload) }
                if frame.kind == .configure, !bounds.isChild(of: frame.id) { exit(0) }
                engine.handle(frame)
            }
            guard isOpen else { return }
            engine.runDue()
            if bounds.isShort(after: engine) { engine.emit(.pressure, 0, 0, []) }
            engine.flushOutput()
        }
    }

    /// Waits for input, or for the time to come.
    private func wait(until deadline: UInt64) -> Bool {
        var timeout: Int32 = -1
        if deadline != .max {
            let now = workflow_monotonic_time()
            timeout = deadline <= now ? 0 : Int32(clamping: (deadline - now) / 1_000_000 + 1)
        }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while systemPoll(&poll, timeout) < 0 {
            if errno != EINTR { return false }
        }
        return true
    }

    /// Writes everything; the engine reads at all times, so this does not wait long.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = send(
                    descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset, noSignal)
                if count >= 0 {
                    offset += count
                } else if errno == EAGAIN {
                    var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = systemPoll(&poll, -1)
                } else if errno != EINTR {
                    _exit(0)
                }
            }
        }
    }
}
#endif
