import WorkflowCore

/// A value that is not as it should be.
struct Mismatch: Sendable {
    /// The place of what was expected.
    let location: SourceLocation
    /// The path of the value, such as `body.items[0].id`.
    let path: String
    /// What was expected, as text.
    let expected: String
    /// What there is, as text.
    let actual: String
}

extension JSONValue {
    /// The value for a message, cut when it is long.
    var shown: String {
        let text = jsonString()
        return text.count > 500 ? text.prefix(500) + "…" : text
    }
}
