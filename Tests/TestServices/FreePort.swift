import Foundation
import Synchronization

/// Ports that nobody listens at.
///
/// They lie below the range from which systems take the local ports of connections, so that a client that waits for a
/// server cannot connect to itself.
public enum FreePort {
    private static let last = Atomic(Int(getpid()) % 5_000 * 3)

    /// The next one.
    public static func next() throws -> Int {
        for _ in 0..<200 {
            let port = 12_000 + last.add(1, ordering: .relaxed).newValue % 18_000
            if isFree(port) { return port }
        }
        throw PostgreSQLServer.Failure(description: "no port is free")
    }

    /// Whether somebody listens at a port.
    static func isListening(_ port: Int) -> Bool { use(port, connect) }

    private static func isFree(_ port: Int) -> Bool { use(port, bind) }

    /// Whether something can be done with an address of this machine.
    private static func use(
        _ port: Int, _ operation: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Bool {
        #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                operation(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
