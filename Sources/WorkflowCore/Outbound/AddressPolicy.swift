/// The addresses that requests may go to.
///
/// Addresses of the public Internet are allowed. Source of the others: the IANA special-purpose address registries for
/// IPv4 and IPv6 (RFC 6890).
package struct AddressPolicy: Sendable, Hashable {
    /// Whether addresses of this machine and of private networks are allowed.
    package var allowsPrivate: Bool
    /// What is allowed besides, whatever it is.
    package var ranges: [AddressRange]
    /// Who would have to allow more, with what errors say of it: "the keys a and b do not allow".
    private let whoAllows: String

    package init(
        allowsPrivate: Bool = false, ranges: [AddressRange] = [],
        whoAllows: String = "the keys allowPrivate and allowedAddresses do not allow"
    ) {
        self.allowsPrivate = allowsPrivate
        self.ranges = ranges
        self.whoAllows = whoAllows
    }

    private static let privateRanges = [
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7",
    ].compactMap { AddressRange($0) }

    /// Where clouds tell machines their secrets, besides the link-local 169.254.169.254.
    private static let metadata = ["100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"]
        .compactMap { AddressRange($0) }

    private static let special = [
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    ].compactMap { AddressRange($0) }

    private static let global = AddressRange("2000::/3")

    /// Why an address is not allowed, or `nil`.
    package func problem(_ address: IPAddress) -> String? {
        func isIn(_ ranges: [AddressRange]) -> Bool { ranges.contains { $0.contains(address) } }
        if isIn(ranges) { return nil }
        if isIn(Self.metadata) { return "an address of a metadata service" }
        if isIn(Self.privateRanges) { return allowsPrivate ? nil : "a private address" }
        let isGlobal = address.isIPv4 || Self.global?.contains(address) == true
        return isGlobal && !isIn(Self.special) ? nil : "an address that is not public"
    }

    /// The error for a host with an address that is not allowed.
    ///
    /// Does not tell the address, so that nobody can explore a network by it.
    package func refusal(of host: String, _ problem: String) -> WorkflowError {
        WorkflowError(.forbidden, "\(host) is, or leads to, \(problem), which \(whoAllows).")
    }
}
