#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Starts threads for blocking work, which must not run on the threads of Swift concurrency.
package enum WorkerThread {
    /// Room for reading deeply nested documents; the defaults of some systems are too small.
    private static let stackSize = 4 * 1024 * 1024

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread that runs `body` and ends.
    ///
    /// - Parameters:
    ///   - name: The name that debuggers show, where C's headers offer it to Swift.
    ///   - body: What the thread runs.
    /// - Returns: Whether the system could start it.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        let argument = Unmanaged.passRetained(Start(name: name, body: body)).toOpaque()
        guard create(argument) else {
            Unmanaged<Start>.fromOpaque(argument).release()
            return false
        }
        return true
    }

    private static func create(_ argument: UnsafeMutableRawPointer) -> Bool {
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        pthread_attr_init(attributes)
        pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(attributes, stackSize)
        defer {
            pthread_attr_destroy(attributes)
            attributes.deallocate()
        }
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        return pthread_create(&thread, attributes, { WorkerThread.run($0) }, argument) == 0
    }

    /// Runs `body` on a thread of its own and returns its result.
    package static func run<Result: Sendable>(
        _ name: String, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let isStarted = start(name) { continuation.resume(with: Swift.Result(catching: body)) }
            if !isStarted {
                continuation.resume(throwing: SQLError(.unavailable, "the system has no thread left for the database"))
            }
        }
    }

    /// Blocks the thread for a while.
    package static func pause(_ duration: Duration) {
        usleep(UInt32(max(.zero, duration) / .microseconds(1)))
    }

    private static func run(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let pointer else { return nil }
        let start = Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
        #if canImport(Darwin)
        pthread_setname_np(start.name)
        #endif
        start.body()
        return nil
    }
}
