/// Why a text is not acceptable JSON, and where.
///
/// The description names the position and at most one character or key of the text, never more of it.
public struct JSONParsingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of a parsing failure. More kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case unexpectedCharacter, unexpectedEnd, invalidNumber, invalidString, invalidUTF8
            case duplicateKey, tooDeep, tooLarge, trailingContent
        }

        private let kind: Kind

        /// A character that cannot stand at this place.
        public static let unexpectedCharacter = Code(kind: .unexpectedCharacter)
        /// The text ends inside a value, or is empty.
        public static let unexpectedEnd = Code(kind: .unexpectedEnd)
        /// A number outside the JSON grammar, such as `01` or `1.`.
        public static let invalidNumber = Code(kind: .invalidNumber)
        /// A bad escape, a lone surrogate or a raw control character in a string.
        public static let invalidString = Code(kind: .invalidString)
        /// Bytes that are not UTF-8.
        public static let invalidUTF8 = Code(kind: .invalidUTF8)
        /// An object that names a key twice, where options reject that.
        public static let duplicateKey = Code(kind: .duplicateKey)
        /// More nesting than the options allow.
        public static let tooDeep = Code(kind: .tooDeep)
        /// More bytes than the options allow.
        public static let tooLarge = Code(kind: .tooLarge)
        /// Something other than white space after the value.
        public static let trailingContent = Code(kind: .trailingContent)

        /// The name of the kind, such as `duplicateKey`.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// One sentence about the failure, without its position.
    public let message: String
    /// The position of the failure, in bytes from the start of the text.
    public let offset: Int
    /// The line of the failure, from 1.
    public let line: Int
    /// The column of the failure in Unicode scalars, from 1.
    public let column: Int

    /// The message followed by line and column.
    public var description: String { "\(message) (line \(line), column \(column))" }

    /// Creates an error, finding line and column of the offset.
    init(code: Code, message: String, offset: Int, in text: UnsafeRawBufferPointer) {
        var line = 1
        var column = 1
        for byte in text.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.code = code
        self.message = message
        self.offset = offset
        self.line = line
        self.column = column
    }
}
