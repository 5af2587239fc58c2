package import WorkflowCore

/// A value that is bound to a placeholder of a statement.
public enum SQLValue: Sendable, Hashable {
    /// The absent value.
    case null
    /// A 64-bit integer.
    case integer(Int64)
    /// A text.
    case text(String)
    /// A text given as its UTF-8 bytes, such as JSON that was just written.
    case utf8([UInt8])

    /// A text, or null.
    package static func optional(_ text: String?) -> SQLValue {
        text.map(SQLValue.text) ?? .null
    }

    /// A point in time.
    ///
    /// Times are integer nanoseconds: exact, compared by the database itself, and half the size of RFC 3339 text.
    package static func time(_ time: Timestamp) -> SQLValue {
        .integer(time.nanoseconds)
    }

    /// A point in time, or null.
    package static func optional(_ time: Timestamp?) -> SQLValue {
        time.map { .integer($0.nanoseconds) } ?? .null
    }

    /// A JSON value as text.
    package static func json(_ value: JSONValue) -> SQLValue {
        .utf8(value.jsonBytes())
    }
}
