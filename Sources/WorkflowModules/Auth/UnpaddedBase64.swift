/// Base64 without padding, in one of the two alphabets of RFC 4648.
///
/// Decoding is strict: one text for each sequence of bytes.
package struct UnpaddedBase64: Sendable {
    /// The alphabet of section 4, with `+` and `/`; used by password hashes.
    package static let standard = UnpaddedBase64(alphabet: Array((letters + "+/").utf8))
    /// The alphabet of section 5, with `-` and `_`; used by tokens.
    package static let url = UnpaddedBase64(alphabet: Array((letters + "-_").utf8))

    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    private let alphabet: [UInt8]
    private let values: [UInt8]

    private init(alphabet: [UInt8]) {
        self.alphabet = alphabet
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
        self.values = values
    }

    /// Encodes bytes.
    package func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 8 + 5) / 6)
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(buffer >> UInt32(bits) & 0x3F)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(6 - bits) & 0x3F)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes text; `nil` when it has other characters, an impossible length, or bits that are not used.
    package func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var buffer: UInt32 = 0
        var bits = 0
        for byte in text {
            let value = values[Int(byte)]
            guard value != 0xFF else { return nil }
            buffer = (buffer << 6 | UInt32(value)) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        guard buffer & (1 << UInt32(bits) - 1) == 0 else { return nil }
        return bytes
    }
}
