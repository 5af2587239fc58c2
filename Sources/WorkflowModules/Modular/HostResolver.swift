import WorkflowCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finds the addresses of hosts.
protocol HostResolver: Sendable {
    /// Returns all addresses of a host.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when it has none, or when they cannot be found now.
    func addresses(of host: String) async throws -> [IPAddress]
}

/// Asks the system, which looks at its files and asks its name servers.
struct SystemResolver: HostResolver {
    private let workers = BoundedWorkers(label: "workflow.resolver", concurrency: 8, waitingLimit: 1000)

    func addresses(of host: String) async throws -> [IPAddress] {
        do {
            let addresses = try await workers.run { Self.look(up: host) }
            guard !addresses.isEmpty else {
                throw WorkflowError(.unavailable, "fetch: the host \"\(host)\" has no address.")
            }
            return addresses
        } catch is BoundedWorkers.Busy {
            throw WorkflowError(.unavailable, "fetch: too many names are being looked up.")
        }
    }

    private static func look(up host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Darwin)
        hints.ai_socktype = SOCK_STREAM
        #else
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let info = entry.pointee
            let status = getnameinfo(
                info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let address = status == 0 ? IPAddress(String(decoding: bytes, as: UTF8.self)) : nil
            if let address { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}
