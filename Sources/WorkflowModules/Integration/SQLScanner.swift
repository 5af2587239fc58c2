/// Takes a statement apart into words, quoted texts and placeholders.
struct SQLScanner {
    /// A part of a statement.
    enum Token: Equatable {
        /// A keyword or a plain name.
        case word(String)
        /// What stands between quotes of any kind.
        case quoted(String)
        /// `$1` and so on.
        case placeholder(Int)
        /// A semicolon and where it stands.
        case end(Int)
        /// A number or an operator.
        case other
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ sql: String) {
        bytes = Array(sql.utf8)
    }

    /// The next part; `nil` at the end. White space and comments are passed over.
    mutating func next() throws(SQLText.Problem) -> Token? {
        try skipBlanks()
        guard let byte = peek() else { return nil }
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): return .quoted(try quoted(closing: byte))
        case UInt8(ascii: "["): return .quoted(try quoted(closing: UInt8(ascii: "]")))
        case UInt8(ascii: "$"): return try placeholder()
        case UInt8(ascii: "?"), UInt8(ascii: "@"),
            UInt8(ascii: ":") where peek(1) != UInt8(ascii: ":"):
            throw SQLText.Problem(
                message: "\"\(Character(Unicode.Scalar(byte)))\" is no placeholder here",
                suggestion: "write $1, $2 and so on")
        case UInt8(ascii: ";"):
            position += 1
            return .end(position - 1)
        case _ where Self.beginsWord(byte):
            let start = position
            while let byte = peek(), Self.beginsWord(byte) || Self.isDigit(byte) || byte == UInt8(ascii: "$") {
                position += 1
            }
            if position - start == 1, byte | 0x20 == UInt8(ascii: "e"), peek() == UInt8(ascii: "'") {
                throw SQLText.Problem(message: "texts with escapes cannot be used", suggestion: "pass texts as args")
            }
            return .word(String(decoding: bytes[start..<position], as: UTF8.self))
        case _ where Self.isDigit(byte):
            while let byte = peek(), Self.beginsWord(byte) || Self.isDigit(byte) { position += 1 }
            return .other
        default:
            position += byte == UInt8(ascii: ":") ? 2 : 1
            return .other
        }
    }

    private mutating func skipBlanks() throws(SQLText.Problem) {
        while let byte = peek() {
            if byte <= 0x20 {
                position += 1
            } else if byte == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
                while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
            } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                position += 2
                while peek() != UInt8(ascii: "*") || peek(1) != UInt8(ascii: "/") {
                    guard position < bytes.count else { throw SQLText.Problem(message: "a comment does not end") }
                    position += 1
                }
                position += 2
            } else {
                return
            }
        }
    }

    private mutating func quoted(closing: UInt8) throws(SQLText.Problem) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek() {
            position += 1
            if byte == closing {
                guard peek() == closing, closing != UInt8(ascii: "]") else {
                    return String(decoding: text, as: UTF8.self)
                }
                position += 1
            }
            text.append(byte)
        }
        throw SQLText.Problem(message: "a quoted text does not end")
    }

    private mutating func placeholder() throws(SQLText.Problem) -> Token {
        position += 1
        let start = position
        while let byte = peek(), Self.isDigit(byte) { position += 1 }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let number = Int(digits), (1...999).contains(number), peek().map({ !Self.beginsWord($0) }) ?? true else {
            throw SQLText.Problem(
                message: "\"$\(digits)\" is no placeholder", suggestion: "write $1, $2 and so on, up to $999")
        }
        return .placeholder(number)
    }

    private func peek(_ distance: Int = 0) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private static func beginsWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte >= 0x80 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
