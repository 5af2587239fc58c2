/// Texts in header fields that take printable ASCII only.
package enum CloudEventText {
    /// Writes a value as header fields of CloudEvents have it: percent signs before the bytes of everything that is not
    /// printable ASCII, and of space, quotation mark and percent sign.
    package static func escaped(_ text: String, keepingSpaces: Bool = false) -> String {
        func isPlain(_ byte: UInt8) -> Bool {
            (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "%")
                || (keepingSpaces && byte == UInt8(ascii: " "))
        }
        if text.utf8.allSatisfy(isPlain) { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isPlain(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads what ``escaped(_:keepingSpaces:)`` wrote; a percent sign without two digits stays.
    package static func unescaped(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "%")) else { return text }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let byte = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                result.append(byte)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
