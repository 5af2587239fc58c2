public import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// The listening sockets that whoever started this process has opened for it, as systemd does (`sd_listen_fds(3)`).
///
/// An ``HTTPServer`` whose address is that of one of them uses it instead of binding the address. It uses a duplicate:
/// the socket itself stays open, so connections wait in the kernel while no server of any process accepts them.
///
/// ```swift
/// let sockets = InheritedSockets.adopt(logger: logger)
/// configuration.inheritedSockets = sockets
/// ```
public final class InheritedSockets: Sendable {
    /// A descriptor that the environment announces.
    struct Announcement: Hashable {
        let descriptor: Int32
        let name: String
    }

    /// The first descriptor that is handed over.
    static let firstDescriptor: Int32 = 3
    private static let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"]

    private let sockets: [InheritedSocket]
    private let used = Mutex<Set<Int32>>([])

    /// Takes sockets over.
    ///
    /// - Parameters:
    ///   - announced: The descriptors; from now on programs that this process starts do not get them.
    ///   - logger: Gets a line at level `warning` for each that cannot be listened on.
    init(_ announced: [Announcement], logger: Logger) {
        sockets = announced.compactMap { announcement in
            do {
                return try InheritedSocket(descriptor: announcement.descriptor, name: announcement.name)
            } catch {
                logger.warning(
                    "A descriptor that this process was started with cannot be used",
                    metadata: [
                        "socket.descriptor": "\(announcement.descriptor)", "socket.name": "\(announcement.name)",
                        "error": "\(error)",
                    ])
                return nil
            }
        }
    }

    /// Takes over what the environment of this process announces, and removes the announcement from it.
    ///
    /// `LISTEN_PID` has to name this process, otherwise the sockets are for another one. To be called once, early: the
    /// environment must not be read by other threads meanwhile.
    ///
    /// - Parameter logger: Gets a line at level `warning` for each descriptor that cannot be listened on.
    public static func adopt(logger: Logger) -> InheritedSockets {
        var values: [String: String] = [:]
        for name in variables {
            if let value = getenv(name) { values[name] = String(cString: value) }
            unsetenv(name)
        }
        return InheritedSockets(announced(by: values, to: getpid()), logger: logger)
    }

    /// The descriptors that environment variables announce to a process.
    static func announced(by variables: [String: String], to process: Int32) -> [Announcement] {
        guard let text = variables["LISTEN_PID"], Int32(text) == process,
            let count = variables["LISTEN_FDS"].flatMap({ Int32($0) }), count > 0, count <= 4096
        else { return [] }
        let names = (variables["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        return (0..<count).map { index in
            let name = names.indices.contains(Int(index)) ? String(names[Int(index)]) : ""
            return Announcement(descriptor: firstDescriptor + index, name: name.isEmpty ? "unknown" : name)
        }
    }

    /// The sockets that a server on `address` uses; several when IPv4 and IPv6 have one each.
    func sockets(for address: ListenAddress) -> [InheritedSocket] {
        let found = sockets.filter { $0.address.serves(address) }
        used.withLock { $0.formUnion(found.map(\.descriptor)) }
        return found
    }

    /// The addresses of the sockets that no server has used so far.
    public var unusedAddresses: [String] { unused.map { "\($0.address)" } }

    /// Logs each socket that no server has used so far; clients that connect to it wait in vain.
    ///
    /// - Parameter logger: Gets a line at level `warning` for each.
    public func reportUnused(to logger: Logger) {
        for socket in unused {
            logger.warning(
                "No server has the address of a socket that this process was started with",
                metadata: [
                    "socket.address": "\(socket.address)", "socket.descriptor": "\(socket.descriptor)",
                    "socket.name": "\(socket.name)",
                ])
        }
    }

    private var unused: [InheritedSocket] {
        let used = used.withLock { $0 }
        return sockets.filter { !used.contains($0.descriptor) }
    }
}
