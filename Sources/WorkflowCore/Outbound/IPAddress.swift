#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An address of IPv4 or IPv6.
///
/// IPv6 addresses that stand for IPv4 ones (`::ffff:0:0/96` of RFC 4291, `64:ff9b::/96` of RFC 6052) are those.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// The bits of the address, the first one the highest of ``bitCount``.
    let bits: UInt128
    /// 32 or 128.
    let bitCount: Int

    /// Reads `192.0.2.1` or `2001:db8::1`; a zone after a `%` is left out. `nil` for everything else.
    public init?(_ text: some StringProtocol) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            var raw = in6_addr()
            guard inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &raw) == 1 else { return nil }
            self.init(version6: withUnsafeBytes(of: raw) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) })
        } else {
            var raw = in_addr()
            guard inet_pton(AF_INET, String(text), &raw) == 1 else { return nil }
            self.init(version4: UInt32(bigEndian: raw.s_addr))
        }
    }

    /// Creates an address of IPv4 from its bits.
    public init(version4 bits: UInt32) {
        self.init(bits: UInt128(bits), bitCount: 32)
    }

    /// Creates an address of IPv6 from its bits, or the one of IPv4 that they stand for.
    public init(version6 bits: UInt128) {
        switch bits >> 32 {
        case 0xFFFF, 0x64_FF9B << 64: self.init(version4: UInt32(truncatingIfNeeded: bits))
        default: self.init(bits: bits, bitCount: 128)
        }
    }

    private init(bits: UInt128, bitCount: Int) {
        self.bits = bits
        self.bitCount = bitCount
    }

    /// Whether it is an address of IPv4.
    public var isIPv4: Bool { bitCount == 32 }

    /// Whether it stands for all addresses of a machine.
    public var isUnspecified: Bool { bits == 0 }

    /// Whether it only leads to the machine itself.
    public var isLoopback: Bool { isIPv4 ? bits >> 24 == 127 : bits == 1 }

    /// The network of an address of IPv6, of its first 64 bits; an address of IPv4 itself.
    ///
    /// Who has one address of such a network usually has all of them.
    package var network: IPAddress {
        isIPv4 ? self : IPAddress(version6: (bits >> 64) << 64)
    }

    public var description: String {
        if isIPv4 { return (0..<4).map { String(bits >> UInt128(24 - 8 * $0) & 0xFF) }.joined(separator: ".") }
        var raw = bits.bigEndian
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &raw, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
