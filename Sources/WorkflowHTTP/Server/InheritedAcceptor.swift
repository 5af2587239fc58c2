import Dispatch
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// Accepts on a socket on which other servers and processes may accept at the same time.
///
/// NIO's server channel takes it for a defect when somebody else has taken the connection that it was told of.
final class InheritedAcceptor: Sendable {
    /// How many connections are taken before others get a chance.
    private static let batch = 64

    // Dispatch sources may be used from every thread; their protocol does not say so.
    nonisolated(unsafe) private let source: any DispatchSourceRead
    private let acceptor: ConnectionAcceptor
    private let closed: AsyncStream<Never>

    /// Begins to accept.
    ///
    /// - Throws: `IOError` when the socket cannot be used.
    init(_ socket: InheritedSocket, _ acceptor: ConnectionAcceptor, backlog: Int) throws {
        self.acceptor = acceptor
        try socket.setBacklog(backlog)
        let descriptor = try socket.duplicate()
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
            let code = errno
            close(descriptor)
            throw IOError(errnoCode: code, reason: "fcntl(F_SETFL)")
        }
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: DispatchQueue(label: "http.accept"))
        let (closed, end) = AsyncStream.makeStream(of: Never.self)
        self.closed = closed
        source.setEventHandler {
            for _ in 0..<Self.batch {
                guard let socket = AcceptedSocket.next(on: descriptor) else { return }
                acceptor.take(socket)
            }
        }
        source.setCancelHandler {
            close(descriptor)
            end.finish()
        }
        source.activate()
    }

    deinit { source.cancel() }

    /// Accepts no more, and waits until what was accepted has been set up.
    func stop() async throws {
        source.cancel()
        for await _ in closed {}
        try await acceptor.settle()
    }

    /// Accepts no more, as soon as possible.
    func cancel() {
        source.cancel()
    }
}
