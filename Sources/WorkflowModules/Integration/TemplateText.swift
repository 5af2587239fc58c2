/// Finds where the parts of texts with `${…}` in them end.
enum TemplateText {
    /// The position of the brace that ends an expression.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - start: Where the expression begins, after `${`.
    /// - Returns: `nil` when no brace ends it.
    static func endOfExpression(in bytes: [UInt8], from start: Int) -> Int? {
        var depth = 0
        var position = start
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                if depth == 0 { return position }
                depth -= 1
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                position = endOfString(in: bytes[position...])
                continue
            default: break
            }
            position += 1
        }
        return nil
    }

    /// The position after a string literal.
    ///
    /// - Parameter text: What begins with the quote.
    static func endOfString(in text: ArraySlice<UInt8>) -> Int {
        var position = text.startIndex + 1
        while position < text.endIndex {
            if text[position] == text[text.startIndex] { return position + 1 }
            position += text[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return text.endIndex
    }

    /// Whether a byte may be part of a name.
    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
