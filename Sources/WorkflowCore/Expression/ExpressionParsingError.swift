/// Why a text is no acceptable expression or template, and where.
///
/// The message quotes at most one word of the text.
public struct ExpressionParsingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// What to do about it.
    public let suggestion: String?
    /// Where in the text it is wrong.
    public let position: ExpressionPosition
    /// The path to the text within a ``JSONTemplate``, such as `items[0].name`; otherwise empty.
    public internal(set) var path = ""

    init(_ failure: ExpressionSyntaxFailure, in text: String) {
        message = failure.message
        suggestion = failure.suggestion
        position = ExpressionPosition(offset: failure.offset, in: text)
    }

    /// The message with its position, and the suggestion.
    public var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        return "\(place)\(message) (\(position))" + (suggestion.map { "; \($0)" } ?? "")
    }
}

/// A failure of the parser, before its offset is turned into line and column.
struct ExpressionSyntaxFailure: Error {
    let message: String
    let offset: Int
    let suggestion: String?

    init(_ message: String, at offset: Int, _ suggestion: String? = nil) {
        self.message = message
        self.offset = offset
        self.suggestion = suggestion
    }
}
