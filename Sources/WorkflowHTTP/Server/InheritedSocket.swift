import NIOCore
import WorkflowCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// A listening socket that this process did not open itself.
struct InheritedSocket: Sendable {
    /// What a socket is bound to.
    enum Address: Sendable, Hashable, CustomStringConvertible {
        /// `takesIPv4` tells whether a socket of IPv6 takes connections over IPv4 as well.
        case tcp(IPAddress, port: Int, takesIPv4: Bool)
        /// A file; the empty path stands for a name that is not in the file system.
        case unix(path: String)

        var description: String {
            switch self {
            case .tcp(let address, let port, _): address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
            case .unix(let path): "unix:\(path)"
            }
        }

        /// Whether a server that is to listen on `wanted` may use the socket.
        ///
        /// Names of hosts other than `localhost` are not looked up.
        func serves(_ wanted: ListenAddress) -> Bool {
            switch (wanted.endpoint, self) {
            case (.unix(let path), .unix(let own)): return path == own
            case (.tcp(let host, let wantedPort), .tcp(let own, let port, let takesIPv4)):
                guard port == wantedPort, port != 0 else { return false }
                guard let host else { return own.isUnspecified }
                if host.lowercased() == "localhost" { return own.isLoopback }
                guard let address = IPAddress(host) else { return false }
                // `0.0.0.0` could not be bound beside a `::` that takes IPv4.
                return address == own || address.isUnspecified && address.isIPv4 && own.isUnspecified && takesIPv4
            default: return false
            }
        }
    }

    /// Why a descriptor cannot be listened on.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    let descriptor: Int32
    /// Its name in `LISTEN_FDNAMES`.
    let name: String
    let address: Address

    /// Looks at a descriptor, and keeps it from programs that this process starts.
    init(descriptor: Int32, name: String) throws(Unusable) {
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw Self.failure("it cannot be used") }
        #if canImport(Glibc)
        let stream = Int32(SOCK_STREAM.rawValue)
        #else
        let stream = SOCK_STREAM
        #endif
        guard let type = Self.option(SO_TYPE, of: descriptor) else { throw Self.failure("it is no socket") }
        guard type == stream else { throw Unusable(description: "it is no stream socket") }
        guard Self.option(SO_ACCEPTCONN, of: descriptor) == 1 else {
            throw Unusable(description: "it does not listen (sockets with Accept=yes are not supported)")
        }
        self.descriptor = descriptor
        self.name = name
        address = try Self.address(of: descriptor)
    }

    /// A descriptor of its own for the same socket: closing it leaves the socket open.
    func duplicate() throws -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw IOError(errnoCode: errno, reason: "fcntl(F_DUPFD_CLOEXEC)") }
        return copy
    }

    /// Lets at least so many connections wait to be accepted, as far as the system allows.
    ///
    /// - Parameter backlog: The number; it is never less than what is usual for the system.
    func setBacklog(_ backlog: Int) throws {
        guard listen(descriptor, max(Int32(clamping: backlog), Int32(SOMAXCONN))) == 0 else {
            throw IOError(errnoCode: errno, reason: "listen")
        }
    }

    private static func failure(_ what: String) -> Unusable {
        Unusable(description: "\(what): \(String(cString: strerror(errno)))")
    }

    private static func option(_ name: Int32, level: Int32 = SOL_SOCKET, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, level, name, &value, &size) == 0 ? value : nil
    }

    private static func address(of descriptor: Int32) throws(Unusable) -> Address {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { getsockname(descriptor, $0.baseAddress, &size) }
        }
        guard result == 0 else { throw failure("its address is unknown") }
        let family = Int32(storage.ss_family)
        return try withUnsafeBytes(of: storage) { (bytes) throws(Unusable) in
            switch family {
            case AF_INET:
                let raw = bytes.loadUnaligned(as: sockaddr_in.self)
                let address = IPAddress(version4: UInt32(bigEndian: raw.sin_addr.s_addr))
                return .tcp(address, port: Int(UInt16(bigEndian: raw.sin_port)), takesIPv4: true)
            case AF_INET6:
                let raw = bytes.loadUnaligned(as: sockaddr_in6.self)
                let bits = withUnsafeBytes(of: raw.sin6_addr) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
                let isOnlyIPv6 = option(IPV6_V6ONLY, level: Int32(IPPROTO_IPV6), of: descriptor) == 1
                return .tcp(
                    IPAddress(version6: bits), port: Int(UInt16(bigEndian: raw.sin6_port)),
                    takesIPv4: !isOnlyIPv6)
            case AF_UNIX:
                let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
                let path = bytes[min(start, Int(size))..<Int(size)].prefix { $0 != 0 }
                return .unix(path: String(decoding: path, as: UTF8.self))
            default:
                throw Unusable(description: "it is of a family that is not supported")
            }
        }
    }
}
