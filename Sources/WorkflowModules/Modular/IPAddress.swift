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
struct IPAddress: Sendable, Hashable {
    /// The bits of the address, the first one the highest of ``bitCount``.
    let bits: UInt128
    /// 32 or 128.
    let bitCount: Int

    /// Reads `192.0.2.1` or `2001:db8::1`; a zone after a `%` is left out. `nil` for everything else.
    init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(four: UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &six) == 1 {
            let bits = withUnsafeBytes(of: &six) { bytes in bytes.reduce(0 as UInt128) { $0 << 8 | UInt128($1) } }
            switch bits >> 32 {
            case 0xFFFF, 0x64_FF9B << 64: self.init(four: UInt32(truncatingIfNeeded: bits))
            default: self.init(bits: bits, bitCount: 128)
            }
        } else {
            return nil
        }
    }

    private init(four: UInt32) {
        self.init(bits: UInt128(four), bitCount: 32)
    }

    private init(bits: UInt128, bitCount: Int) {
        self.bits = bits
        self.bitCount = bitCount
    }
}

/// A range of addresses, such as `10.0.0.0/8`.
struct AddressRange: Sendable, Hashable {
    private let base: IPAddress
    private let length: Int

    /// Reads a range or a single address; `nil` for everything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(String(first)) else { return nil }
        // What is written as IPv6 and is IPv4 would have a length of its own.
        guard first.contains(":") == (base.bitCount == 128) else { return nil }
        self.base = base
        guard parts.count > 1 else {
            length = base.bitCount
            return
        }
        guard let length = Int(parts[1]), (0...base.bitCount).contains(length) else { return nil }
        self.length = length
    }

    /// What is wrong with the text of a range, or `nil`.
    static func problem(_ text: String) -> String? {
        guard AddressRange(text) == nil else { return nil }
        return "\"\(text)\" is not a range of addresses: write 10.0.0.0/8, 192.168.1.7 or fd00::/8"
    }

    func contains(_ address: IPAddress) -> Bool {
        address.bitCount == base.bitCount && (address.bits ^ base.bits) >> UInt128(base.bitCount - length) == 0
    }
}
