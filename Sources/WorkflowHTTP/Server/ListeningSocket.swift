import Logging
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// A socket that a server listens on.
enum ListeningSocket: Sendable {
    /// One that the server has opened, with its file when it is a unix socket.
    case own(any Channel, SocketFile?)
    /// One that the process was started with.
    case inherited(InheritedAcceptor)

    /// The port that the system chose; `nil` when it did not choose one.
    var port: Int? {
        if case .own(let channel, _) = self { channel.localAddress?.port } else { nil }
    }

    /// Takes no more connections, without losing one that the kernel has taken in already.
    ///
    /// Those that wait in an inherited socket stay there for whoever accepts next. The queue of a socket of our own is
    /// accepted to its end, because the kernel resets what is left when the socket is closed.
    func close(_ acceptor: ConnectionAcceptor) async {
        do {
            switch self {
            case .inherited(let socket): try await socket.stop()
            case .own(let channel, let file):
                let rest = try await channel.eventLoop.submit { try Self.duplicate(channel) }.get()
                // What NIO is about to set up would be closed with the channel.
                try await channel.setOption(.autoRead, value: false).get()
                try await acceptor.settle(before: channel.eventLoop)
                try await channel.close().get()
                guard let rest else { return }
                // Also when the task is cancelled: a start that has failed closes what it has opened.
                try await acceptor.core.threadPool.runIfActive(eventLoop: channel.eventLoop) {
                    file?.remove()
                    for socket in AcceptedSocket.takeAll(from: rest) { acceptor.take(socket) }
                }.get()
                try await acceptor.settle()
            }
        } catch {
            acceptor.core.logger.warning(
                "A listener was not closed as it should be",
                metadata: ["http.listener": "\(acceptor.core.settings.configuration.address)", "error": "\(error)"])
            cancel()
        }
    }

    /// Takes no more connections, as soon as possible.
    func cancel() {
        switch self {
        case .inherited(let socket): socket.cancel()
        case .own(let channel, _): channel.close(promise: nil)
        }
    }

    /// A descriptor that keeps the socket open after its channel is closed.
    private static func duplicate(_ channel: any Channel) throws -> Int32? {
        try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { descriptor in
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { throw IOError(errnoCode: errno, reason: "fcntl(F_DUPFD_CLOEXEC)") }
            return copy
        }
    }
}

/// The file of a unix socket.
struct SocketFile: Sendable, Hashable {
    private let path: String
    private let device: UInt64
    private let inode: UInt64

    /// The file that is there now; `nil` when there is none. Blocks.
    init?(path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.path = path
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
    }

    /// Removes the file, unless another process has put its own in its place. Blocks.
    func remove() {
        if SocketFile(path: path) == self { unlink(path) }
    }
}
