/// A place in the text of an expression or template.
public struct ExpressionPosition: Sendable, Hashable, CustomStringConvertible {
    /// The number of UTF-8 bytes before the place.
    public let offset: Int
    /// The line, from 1.
    public let line: Int
    /// The column in Unicode scalars, from 1.
    public let column: Int

    /// Creates a position, counting the lines and columns of a text up to an offset.
    init(offset: Int, in text: String) {
        var line = 1
        var column = 1
        for byte in text.utf8.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.offset = offset
        self.line = line
        self.column = column
    }

    /// The line and the column.
    public var description: String { "line \(line), column \(column)" }
}

/// The part of a text that a piece of an expression was read from, in UTF-8 offsets.
struct ExpressionSpan: Sendable {
    let start: Int32
    let end: Int32

    init(_ start: Int, _ end: Int) {
        self.start = Int32(truncatingIfNeeded: start)
        self.end = Int32(truncatingIfNeeded: end)
    }

    /// The part from the start of this one to the end of another.
    func through(_ other: ExpressionSpan) -> ExpressionSpan {
        ExpressionSpan(Int(start), Int(other.end))
    }

    /// The text of the part on one line, cut after 60 characters.
    func excerpt(of text: String) -> String {
        let part = String(decoding: text.utf8.dropFirst(Int(start)).prefix(Int(end - start)), as: UTF8.self)
        let line = String(part.map { $0.isNewline ? " " : $0 })
        return line.count > 60 ? "\(line.prefix(59))…" : line
    }
}
