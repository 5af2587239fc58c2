import HTTPTypes
import WorkflowCore

/// Proxies whose `X-Forwarded-For` is believed: addresses, blocks of addresses, and `unix` for those that come over a
/// unix socket.
struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]
    private let trustsUnixSockets: Bool

    /// Takes the entries of a configuration; what is no entry is ignored.
    init(_ entries: [String]) {
        ranges = entries.compactMap { AddressRange($0) }
        trustsUnixSockets = entries.contains("unix")
    }

    /// What is wrong with the entries of a configuration; `nil` when nothing is.
    static func problem(with entries: [String]) -> String? {
        entries.first { $0 != "unix" && AddressRange($0) == nil }
            .map { "\"\($0)\" is neither an address, nor a block of addresses, nor unix" }
    }

    /// Whether there are none.
    var isEmpty: Bool { ranges.isEmpty && !trustsUnixSockets }

    /// Whether a peer is one of them; the address of a unix socket is empty.
    func contains(_ peer: String) -> Bool {
        guard !isEmpty else { return false }
        return peer.isEmpty ? trustsUnixSockets : IPAddress(peer).map(contains) ?? false
    }

    private func contains(_ address: IPAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// The client of a request: the last address on its way that is not one of the proxies.
    func client(behind peer: String, _ headers: HTTPFields) -> String {
        guard contains(peer), let list = headers.value(of: .xForwardedFor) else { return peer }
        var current = peer
        for item in list.split(separator: ",").reversed() {
            guard let address = IPAddress(item.drop { $0 == " " }.prefix { $0 != " " }) else { return current }
            current = address.description
            if !contains(address) { return current }
        }
        return current
    }
}
