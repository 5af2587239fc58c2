/// A range of addresses in CIDR notation, such as `10.0.0.0/8` (RFC 4632, RFC 4291).
///
/// A range of IPv6 holds no address of IPv4.
public struct AddressRange: Sendable, Hashable {
    private let base: IPAddress
    private let length: Int

    /// Reads a range or a single address; `nil` for everything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(first) else { return nil }
        self.base = base
        guard parts.count > 1 else {
            length = base.bitCount
            return
        }
        // What is written as IPv6 and is IPv4 would have a length of its own.
        guard first.contains(":") != base.isIPv4 else { return nil }
        guard let length = Int(parts[1]), (0...base.bitCount).contains(length) else { return nil }
        self.length = length
    }

    /// What is wrong with the text of a range, or `nil`.
    public static func problem(_ text: String) -> String? {
        guard AddressRange(text) == nil else { return nil }
        return "\"\(text)\" is not a range of addresses: write 10.0.0.0/8, 192.168.1.7 or fd00::/8"
    }

    /// Whether an address is in the range.
    public func contains(_ address: IPAddress) -> Bool {
        address.bitCount == base.bitCount && (address.bits ^ base.bits) >> UInt128(base.bitCount - length) == 0
    }
}
