import Crypto
import WorkflowCore

/// Codes that change every 30 seconds (RFC 6238 with SHA-1 and six digits, which all apps for it know).
enum TimeBasedCode {
    /// How long a code is shown, in seconds.
    static let period: Int64 = 30
    /// How many periods a clock may be off.
    private static let tolerance: Int64 = 1

    /// The code of a period.
    static func code(_ secret: [UInt8], step: Int64) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let digest = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(digest[19] & 15)
        let number = digest[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: 6 - text.count) + text
    }

    /// The period that a code belongs to.
    ///
    /// - Parameter last: The last period of which a code was used; earlier ones do not count any more.
    /// - Returns: `nil` when the code is wrong.
    static func step(of code: String, _ secret: [UInt8], after last: Int64, now: Timestamp) -> Int64? {
        let current = now.seconds / period
        return (current - tolerance...current + tolerance).first { step in
            step > last && self.code(secret, step: step) == code
        }
    }

    /// Base32 without padding (RFC 4648, section 6), as apps read secrets.
    static func base32(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var (text, buffer, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
            }
            buffer &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
