import HTTPTypes
import NIOCore
import Synchronization
import WorkflowCore

/// Who is at the other end of a connection.
struct Peer: Sendable {
    /// The address without its port, an IPv4 address in IPv6 form in IPv4 form; empty for a unix socket.
    let address: String
    /// The proxies, when it is one of them.
    private let proxies: TrustedProxies?
    /// What its connections are counted by: the address, for IPv6 its /64 network. `nil` when they are not, since they
    /// are those of many clients.
    let network: IPAddress?

    init(of channel: any Channel, proxies: TrustedProxies) {
        self.init(address: channel.remoteAddress?.ipAddress ?? "", proxies: proxies)
    }

    init(address text: String, proxies: TrustedProxies) {
        address = text.hasPrefix("::ffff:") ? String(text.dropFirst(7)) : text
        let isProxy = proxies.contains(address)
        self.proxies = isProxy ? proxies : nil
        network = isProxy ? nil : IPAddress(address)?.network
    }

    /// The address of the client that a request comes from.
    func client(_ headers: HTTPFields) -> String {
        proxies?.client(behind: address, headers) ?? address
    }
}

/// How many connections each network has open.
final class NetworkCounts: Sendable {
    private let counts = Mutex<[IPAddress: Int]>([:])

    /// Counts a connection unless there are `limit` already.
    ///
    /// - Returns: Whether it was counted and needs a ``remove(_:)``.
    func add(_ network: IPAddress, limit: Int) -> Bool {
        counts.withLock { counts in
            let count = counts[network] ?? 0
            guard count < limit else { return false }
            counts[network] = count + 1
            return true
        }
    }

    func remove(_ network: IPAddress) {
        counts.withLock { counts in
            let count = counts[network] ?? 0
            counts[network] = count > 1 ? count - 1 : nil
        }
    }
}
