import Foundation

/// Writes lines to a file descriptor on a thread of its own, so that a reader that stalls never stops who logs.
///
/// Lines wait in a queue with a greatest size. Those that do not fit are counted and dropped, and a line tells how many
/// as soon as there is room again.
package final class LogWriter: @unchecked Sendable {
    // `@unchecked`: the variables are only touched while `condition` is locked.
    package typealias LossLine = @Sendable (_ count: Int) -> String

    /// Standard error; what waits is written when the process exits, for which a stalled reader gets one second.
    static let standardError: LogWriter = {
        atexit { LogWriter.standardError.flush(for: 1) }
        return LogWriter(descriptor: STDERR_FILENO)
    }()

    private let descriptor: Int32
    private let limit: Int
    private let condition = NSCondition()
    private var waiting: [UInt8] = []
    /// How many bytes the thread has taken and not written yet.
    private var inHand = 0
    private var lost: (count: Int, line: LossLine)?
    private var hasThread = false

    /// Creates a writer; its thread begins with the first line.
    ///
    /// - Parameters:
    ///   - descriptor: Where to write.
    ///   - limit: How many bytes may wait.
    package init(descriptor: Int32, limit: Int = 8 << 20) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// Puts a line into the queue, or drops it when the queue is full. Does not block.
    ///
    /// - Parameters:
    ///   - line: The line with its end.
    ///   - lossLine: Makes the line that tells how many were dropped.
    package func write(_ line: String, lossLine: @escaping LossLine) {
        condition.withLock {
            // After a loss nothing is taken before the loss has been told, so that the order is kept.
            guard lost == nil, waiting.count + inHand + line.utf8.count <= limit else {
                lost = ((lost?.count ?? 0) + 1, lossLine)
                return wakeThread()
            }
            waiting.append(contentsOf: line.utf8)
            wakeThread()
        }
    }

    /// Waits until everything has been written, or until the time is over.
    ///
    /// - Parameter seconds: How long to wait.
    /// - Returns: Whether everything has been written.
    @discardableResult
    package func flush(for seconds: Double) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        return condition.withLock {
            while !waiting.isEmpty || inHand > 0 || lost != nil {
                guard condition.wait(until: deadline) else { return false }
            }
            return true
        }
    }

    private func wakeThread() {
        guard !hasThread else { return condition.broadcast() }
        hasThread = true
        let thread = Thread { [self] in
            while true { writeAll(take()) }
        }
        thread.name = "log"
        thread.start()
    }

    /// What is to be written next.
    private func take() -> [UInt8] {
        condition.withLock {
            inHand = 0
            condition.broadcast()
            while waiting.isEmpty, lost == nil { condition.wait() }
            var bytes: [UInt8] = []
            swap(&bytes, &waiting)
            if let lost { bytes.append(contentsOf: lost.line(lost.count).utf8) }
            lost = nil
            inHand = bytes.count
            return bytes
        }
    }

    private func writeAll(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let next = UnsafeRawBufferPointer(rebasing: rest)
                let written = Foundation.write(descriptor, next.baseAddress, next.count)
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno == EAGAIN {
                    // Whoever shares the descriptor has made it non-blocking.
                    var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = Foundation.poll(&poll, 1, -1)
                } else if errno != EINTR {
                    // Nobody reads any more: there is nothing that could be done about it.
                    return
                }
            }
        }
    }
}
