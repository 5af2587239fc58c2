import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// A connection that was taken from the queue of a listening socket.
struct AcceptedSocket: Sendable {
    let descriptor: Int32
    /// The address of the other end without its port; empty for a unix socket.
    let address: String
    /// Whether it came over a unix socket.
    let isLocal: Bool

    /// Accepts what waits on a listening socket that does not block, and closes it right after the last one.
    ///
    /// The kernel resets what comes in between, which is why nothing else is done there.
    static func takeAll(from listener: Int32) -> [AcceptedSocket] {
        var accepted: [AcceptedSocket] = []
        accepted.reserveCapacity(1024)
        while let socket = next(on: listener) { accepted.append(socket) }
        close(listener)
        return accepted
    }

    /// The next connection; `nil` when none is left, or when the system does not give this process a descriptor.
    static func next(on listener: Int32) -> AcceptedSocket? {
        while true {
            var storage = sockaddr_storage()
            var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let descriptor = withUnsafeMutableBytes(of: &storage) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { accept(listener, $0.baseAddress, &size) }
            }
            if descriptor >= 0 { return AcceptedSocket(descriptor: descriptor, from: storage) }
            // A client that has gone while it waited is no reason to leave the others.
            guard errno == EINTR || errno == ECONNABORTED else { return nil }
        }
    }

    private init(descriptor: Int32, from storage: sockaddr_storage) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.descriptor = descriptor
        let family = Int32(storage.ss_family)
        let address = withUnsafeBytes(of: storage) { bytes -> SocketAddress? in
            switch family {
            case AF_INET: SocketAddress(bytes.loadUnaligned(as: sockaddr_in.self))
            case AF_INET6: SocketAddress(bytes.loadUnaligned(as: sockaddr_in6.self))
            default: nil
            }
        }
        self.address = address?.ipAddress ?? ""
        isLocal = address == nil
    }
}
