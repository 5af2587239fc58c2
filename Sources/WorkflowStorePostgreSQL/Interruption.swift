#if PostgreSQL
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Ends the waiting of a thread for a socket, for good.
final class Interruption: Sendable {
    private struct State {
        var reading: Int32 = -1
        var writing: Int32 = -1
        var isInterrupted = false
    }

    private let state = Mutex(State())

    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    /// - Returns: Whether the system had what it needs.
    func open() -> Bool {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        state.withLock { ($0.reading, $0.writing) = (ends[0], ends[1]) }
        return true
    }

    func close() {
        state.withLock { state in
            for end in [state.reading, state.writing] where end >= 0 { closeDescriptor(end) }
            (state.reading, state.writing) = (-1, -1)
        }
    }

    func interrupt() {
        state.withLock { state in
            state.isInterrupted = true
            var byte: UInt8 = 1
            if state.writing >= 0 { _ = write(state.writing, &byte, 1) }
        }
    }

    /// Waits until there is something to read from a socket, an interruption, or the end of a time.
    ///
    /// - Parameters:
    ///   - socket: The socket; -1 for none.
    ///   - milliseconds: The time; -1 for no end.
    func wait(_ socket: Int32, milliseconds: Int32) {
        let reading = state.withLock { $0.reading }
        var descriptors = [
            pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&descriptors, 2, milliseconds)
    }
}

private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
#endif
