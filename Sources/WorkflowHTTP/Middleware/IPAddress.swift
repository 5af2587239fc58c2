#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// An IP address. IPv4 is kept as the IPv4-mapped IPv6 address.
struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// The upper 64 bits.
    let high: UInt64
    /// The lower 64 bits.
    let low: UInt64

    private static let mappedPrefix: UInt64 = 0xFFFF << 32

    /// Parses the usual text forms; `nil` for anything else.
    init?(_ text: some StringProtocol) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            var raw = in6_addr()
            guard inet_pton(AF_INET6, String(text), &raw) == 1 else { return nil }
            (high, low) = withUnsafeBytes(of: raw) { bytes in
                (
                    UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                )
            }
        } else {
            var raw = in_addr()
            guard inet_pton(AF_INET, String(text), &raw) == 1 else { return nil }
            high = 0
            low = Self.mappedPrefix | UInt64(UInt32(bigEndian: raw.s_addr))
        }
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Whether it is an IPv4 address.
    var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Whether it stands for all addresses of a machine.
    var isUnspecified: Bool { high == 0 && (low == 0 || low == Self.mappedPrefix) }

    /// Whether it only leads to the machine itself.
    var isLoopback: Bool { isIPv4 ? low >> 24 & 0xFF == 127 : high == 0 && low == 1 }

    /// The address with all but its first `bits` of 128 cleared.
    func masked(to bits: Int) -> IPAddress {
        func mask(_ count: Int) -> UInt64 { count <= 0 ? 0 : count >= 64 ? .max : ~(.max >> UInt64(count)) }
        return IPAddress(high: high & mask(bits), low: low & mask(bits - 64))
    }

    var description: String {
        if isIPv4 { return (0..<4).map { String(low >> UInt64(24 - 8 * $0) & 0xFF) }.joined(separator: ".") }
        var raw = (high.bigEndian, low.bigEndian)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &raw, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A block of IP addresses, such as `10.0.0.0/8`.
struct IPRange: Sendable, Hashable {
    private let base: IPAddress
    private let bits: Int

    /// Parses an address or a block in CIDR notation; `nil` for anything else.
    init?(_ text: String) {
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = halves.first, let address = IPAddress(first) else { return nil }
        let width = address.isIPv4 ? 32 : 128
        var length = width
        if halves.count == 2 {
            guard let number = Int(halves[1]), (0...width).contains(number) else { return nil }
            length = number
        }
        bits = 128 - width + length
        base = address.masked(to: bits)
    }

    /// Whether the block holds an address.
    func contains(_ address: IPAddress) -> Bool {
        address.masked(to: bits) == base
    }
}
