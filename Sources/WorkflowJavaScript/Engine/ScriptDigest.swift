#if JavaScript
import Crypto

/// Digests and encodings that scripts may use.
enum ScriptDigest {
    static func sha256(_ text: UnsafeRawBufferPointer) -> String {
        var digest = SHA256()
        digest.update(bufferPointer: text)
        return hexadecimal(digest.finalize())
    }

    static func hmacSHA256(key: UnsafeRawBufferPointer, text: UnsafeRawBufferPointer) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: [UInt8](key)))
        code.update(data: [UInt8](text))
        return hexadecimal(code.finalize())
    }

    static func uuid() -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        var generator = SystemRandomNumberGenerator()
        for index in bytes.indices { bytes[index] = UInt8.random(in: .min ... .max, using: &generator) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(hexadecimal(bytes).utf8)
        let groups = [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
        return groups.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
#endif
