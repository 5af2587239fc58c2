extension ExpressionLexer {
    /// Reads the string that begins with the quote at the position.
    mutating func scanString(quote: UInt8) throws(ExpressionSyntaxFailure) -> String {
        let first = position
        position += 1
        var content: [UInt8] = []
        while let byte = peek() {
            position += 1
            switch byte {
            case quote: return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"): try scanEscape(into: &content)
            default: content.append(byte)
            }
        }
        let mark = String(Unicode.Scalar(quote))
        throw ExpressionSyntaxFailure("the string that begins here does not end", at: first, "close it with \(mark)")
    }

    private mutating func scanEscape(into content: inout [UInt8]) throws(ExpressionSyntaxFailure) {
        let first = position - 1
        let byte = peek()
        position += 1
        switch byte {
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "/"):
            if let byte { content.append(byte) }
        case UInt8(ascii: "u"): content.append(contentsOf: String(try scanScalar(from: first)).utf8)
        default:
            throw ExpressionSyntaxFailure(
                "unknown escape in a string", at: first, "the escapes are \\n \\t \\r \\b \\f \\\\ \\' \\\" \\/ \\uXXXX"
            )
        }
    }

    private mutating func scanScalar(from first: Int) throws(ExpressionSyntaxFailure) -> Unicode.Scalar {
        if let high = scanHex() {
            if let scalar = Unicode.Scalar(high) { return scalar }
            if high < 0xDC00, peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") {
                position += 2
                if let low = scanHex(), (0xDC00...0xDFFF).contains(low),
                    let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
                {
                    return scalar
                }
            }
        }
        throw ExpressionSyntaxFailure(
            "this is no Unicode character", at: first,
            "write \\u and four hexadecimal digits; characters beyond \\uFFFF take a surrogate pair")
    }

    private mutating func scanHex() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }
}
