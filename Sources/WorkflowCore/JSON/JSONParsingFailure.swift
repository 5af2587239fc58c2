/// A failure inside the parser, before its line, column and message are worked out.
struct JSONParsingFailure: Error {
    let code: JSONParsingError.Code
    let offset: Int
    let key: String?

    init(_ code: JSONParsingError.Code, at offset: Int, key: String? = nil) {
        self.code = code
        self.offset = offset
        self.key = key
    }

    /// The public error for this failure in its text.
    func located(in text: UnsafeRawBufferPointer) -> JSONParsingError {
        JSONParsingError(code: code, message: message(in: text), offset: offset, in: text)
    }

    private func message(in text: UnsafeRawBufferPointer) -> String {
        switch code {
        case .unexpectedCharacter: "unexpected \(name(of: text[offset]))"
        case .unexpectedEnd: "unexpected end of text"
        case .invalidNumber: "invalid number"
        case .invalidString: "invalid escape or control character in string"
        case .invalidUTF8: "invalid UTF-8"
        case .duplicateKey: "duplicate key \(quoted(key ?? ""))"
        case .tooDeep: "nesting is too deep"
        case .tooLarge: "text is too large"
        case .trailingContent: "unexpected \(name(of: text[offset])) after the value"
        default: code.description
        }
    }

    private func name(of byte: UInt8) -> String {
        guard (0x21...0x7E).contains(byte) else {
            let digits = String(byte, radix: 16, uppercase: true)
            return "byte 0x\(digits.count == 1 ? "0" : "")\(digits)"
        }
        return "character '\(Character(UnicodeScalar(byte)))'"
    }

    private func quoted(_ key: String) -> String {
        let limit = 64
        let shown = key.unicodeScalars.count > limit ? "\(String(key.unicodeScalars.prefix(limit)))..." : key
        var buffer: [UInt8] = []
        JSONWriter.writeString(shown, to: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }
}
