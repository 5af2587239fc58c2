/// What is wrong with the text of a schedule or with the name of a time zone.
public struct ScheduleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, such as `minute 61 is out of range 0-59`.
    public let message: String
    /// The field of the cron expression, such as `minute`; `nil` when it is not about one field.
    public let field: String?
    /// The column in the text, from 1; `nil` when it is about the text as a whole.
    public let position: Int?
    /// What to do about it.
    public let suggestion: String?

    /// Creates an error.
    public init(_ message: String, field: String? = nil, position: Int? = nil, suggestion: String? = nil) {
        self.message = message
        self.field = field
        self.position = position
        self.suggestion = suggestion
    }

    /// The message, the column and the suggestion on one line.
    public var description: String {
        let place = position.map { " (column \($0))" } ?? ""
        let hint = suggestion.map { "; \($0)" } ?? ""
        return message + place + hint
    }
}
