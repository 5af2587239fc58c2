/// A word, literal or sign of an expression.
struct ExpressionToken {
    enum Kind: Equatable {
        case number(JSONValue)
        case string(String)
        case name(String)
        case symbol(String)
        case end
    }

    let kind: Kind
    let span: ExpressionSpan

    var start: Int { Int(span.start) }
}

/// Cuts the text of an expression into tokens, one at a time.
struct ExpressionLexer {
    /// In an order in which no symbol comes after one that it begins with.
    private static let symbols: [[UInt8]] = [
        "===", "!==", "&&", "||", "==", "!=", "<=", ">=", "??", "?.", "(", ")", "[", "]", "{", "}", ",", ":", ".", "?",
        "<", ">", "+", "-", "*", "/", "%", "!",
    ].map { Array($0.utf8) }

    let bytes: [UInt8]
    private let start: Int
    var position: Int

    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        self.start = start
        position = start
    }

    /// Reads the next token.
    mutating func next() throws(ExpressionSyntaxFailure) -> ExpressionToken {
        while let byte = peek(), byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
        let first = position
        let kind = try scan()
        guard position - start <= Expression.maximumBytes else {
            throw ExpressionSyntaxFailure(
                "the expression is longer than \(Expression.maximumBytes) bytes", at: start + Expression.maximumBytes)
        }
        return ExpressionToken(kind: kind, span: ExpressionSpan(first, position))
    }

    /// The byte some places ahead, or `nil` past the end.
    func peek(_ ahead: Int = 0) -> UInt8? {
        position + ahead < bytes.count ? bytes[position + ahead] : nil
    }

    private mutating func scan() throws(ExpressionSyntaxFailure) -> ExpressionToken.Kind {
        guard let byte = peek() else { return .end }
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try scanNumber())
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try scanString(quote: byte))
        default: break
        }
        let name = scanName()
        if !name.isEmpty { return .name(name) }
        for symbol in Self.symbols where bytes[position...].starts(with: symbol) {
            position += symbol.count
            return .symbol(String(decoding: symbol, as: UTF8.self))
        }
        throw unknownCharacter()
    }

    private mutating func scanName() -> String {
        let first = position
        while let scalar = scalar(),
            scalar == "_" || (position == first ? scalar.properties.isXIDStart : scalar.properties.isXIDContinue)
        {
            position += UTF8.width(scalar)
        }
        return String(decoding: bytes[first..<position], as: UTF8.self)
    }

    private mutating func scanNumber() throws(ExpressionSyntaxFailure) -> JSONValue {
        let first = position
        skipDigits()
        if peek() == UInt8(ascii: "."), let digit = peek(1), Self.isDigit(digit) {
            position += 1
            skipDigits()
        }
        if let mark = peek(), mark | 0x20 == UInt8(ascii: "e") {
            position += 1
            if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            skipDigits()
        }
        let text = String(decoding: bytes[first..<position], as: UTF8.self)
        let isWord = !scanName().isEmpty
        if !isWord, let number = try? JSONValue(parsing: text) { return number }
        throw ExpressionSyntaxFailure("this is no number", at: first, "numbers are written like 12, 0.5 or 1e6")
    }

    private mutating func skipDigits() {
        while let byte = peek(), Self.isDigit(byte) { position += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The Unicode scalar at the position; the bytes come from a string, so they are valid.
    private func scalar() -> Unicode.Scalar? {
        guard let byte = peek() else { return nil }
        if byte < 0x80 { return Unicode.Scalar(byte) }
        return String(decoding: bytes[position...].prefix(4), as: UTF8.self).unicodeScalars.first
    }

    private func unknownCharacter() -> ExpressionSyntaxFailure {
        let character = scalar()?.escaped(asASCII: false) ?? ""
        let suggestion: String? =
            switch character {
            case "=": "compare with =="
            case "&": "write && (or and)"
            case "|": "write || (or or)"
            case "`", "“", "”", "„", "‘", "’": "strings are written between ' or \""
            case "$": "names are written without $, and ${…} only surrounds an expression within text"
            default: nil
            }
        let message =
            character == "=" ? "an expression cannot assign with \"=\"" : "unexpected character \"\(character)\""
        return ExpressionSyntaxFailure(message, at: position, suggestion)
    }
}
