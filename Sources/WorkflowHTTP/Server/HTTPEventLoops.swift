import NIOCore
import NIOPosix

/// The event loops that servers share, and the threads for their file-system calls.
public final class HTTPEventLoops: Sendable {
    let group: any EventLoopGroup
    let threadPool: NIOThreadPool
    private let ownsThreads: Bool

    /// One event loop for each core, shared by the whole process; they live as long as it.
    public static let shared = HTTPEventLoops(
        group: MultiThreadedEventLoopGroup.singleton, threadPool: .singleton, ownsThreads: false)

    private init(group: any EventLoopGroup, threadPool: NIOThreadPool, ownsThreads: Bool) {
        self.group = group
        self.threadPool = threadPool
        self.ownsThreads = ownsThreads
    }

    /// Creates event loops of their own, to be ended with ``shutdown()``.
    ///
    /// - Parameters:
    ///   - threads: The number of event loops, at least one.
    ///   - fileThreads: The number of threads for file-system calls, at least one.
    public convenience init(threads: Int, fileThreads: Int = 4) {
        let pool = NIOThreadPool(numberOfThreads: max(1, fileThreads))
        pool.start()
        self.init(
            group: MultiThreadedEventLoopGroup(numberOfThreads: max(1, threads)), threadPool: pool, ownsThreads: true)
    }

    /// Ends the threads. The servers on them must have been stopped. Does nothing for ``shared``.
    public func shutdown() async throws {
        guard ownsThreads else { return }
        try await group.shutdownGracefully()
        try await threadPool.shutdownGracefully()
    }
}
