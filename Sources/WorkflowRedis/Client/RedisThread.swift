#if Redis
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Starts the thread of a connection.
enum RedisThread {
    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Starts a thread that runs `body` and ends.
    ///
    /// - Returns: Whether the system could start it.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let argument = Unmanaged.passRetained(Start(body)).toOpaque()
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        guard pthread_create(&thread, nil, { RedisThread.run($0) }, argument) == 0 else {
            Unmanaged<Start>.fromOpaque(argument).release()
            return false
        }
        #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
        #else
        pthread_detach(thread)
        #endif
        return true
    }

    private static func run(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let pointer else { return nil }
        let start = Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
        // hiredis writes in a way that raises SIGPIPE when the server is gone; signals are for other threads.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        start.body()
        return nil
    }
}

/// A pipe that wakes a thread which waits in `poll`.
final class RedisWakePipe: Sendable {
    private let reading: Int32
    private let writing: Int32

    /// - Throws: ``RedisError`` when the process has no descriptors left.
    init() throws(RedisError) {
        var descriptors: [Int32] = [-1, -1]
        guard pipe(&descriptors) == 0 else {
            throw RedisError(.away, "there is no file descriptor left: \(String(cString: strerror(errno)))")
        }
        (reading, writing) = (descriptors[0], descriptors[1])
        for descriptor in descriptors {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// Wakes the thread; when the pipe is full it is awake anyway.
    func wake() {
        var byte: UInt8 = 1
        _ = write(writing, &byte, 1)
    }

    /// Waits until it is woken, a socket is ready or a time has come.
    ///
    /// - Parameters:
    ///   - socket: The descriptor of the socket; -1 for none.
    ///   - events: What the socket is to be ready for.
    ///   - time: Until when to wait; `nil` for as long as it takes.
    /// - Returns: What the socket is ready for.
    func wait(for socket: Int32, _ events: Int32, until time: ContinuousClock.Instant?) -> Int32 {
        var timeout: Int32 = -1
        if let time {
            let (seconds, attoseconds) = max(.zero, ContinuousClock.now.duration(to: time)).components
            // Rounded up, so that the time has come afterwards.
            timeout = Int32(min(seconds, 3600)) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1
        }
        var entries = [
            pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket, events: Int16(events), revents: 0),
        ]
        guard poll(&entries, 2, timeout) > 0 else { return 0 }
        if entries[0].revents != 0 {
            var bytes = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
            withUnsafeMutableBytes(of: &bytes) { while Self.drain(reading, $0) > 0 {} }
        }
        return Int32(entries[1].revents)
    }

    private static func drain(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
        read(descriptor, bytes.baseAddress, bytes.count)
    }
}
#endif
