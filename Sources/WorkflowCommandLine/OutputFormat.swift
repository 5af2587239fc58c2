public import WorkflowCore

/// How a result is written.
public enum OutputFormat: String, Sendable, CaseIterable {
    /// For people.
    case table
    /// For programs.
    case json
    /// For programs, and people who like it.
    case yaml

    /// A document in this form, with a line end; `nil` for people, who get something else.
    ///
    /// - Parameter document: The result.
    public func text(_ document: JSONValue) -> String? {
        switch self {
        case .table: nil
        case .json: document.jsonString(pretty: true) + "\n"
        case .yaml: YAMLWriter.text(document)
        }
    }
}
