import Crypto
import WorkflowCore

extension ScriptSource {
    /// The SHA-256 of the text in hexadecimal digits.
    var digest: String { Self.digest(of: Array(text.utf8)) }

    /// The SHA-256 of a text in hexadecimal digits.
    static func digest(of bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in SHA256.hash(data: bytes) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
