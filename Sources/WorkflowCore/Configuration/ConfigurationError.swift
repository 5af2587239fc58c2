/// Something that is wrong in a configuration.
public struct ConfigurationIssue: Sendable, Hashable, CustomStringConvertible {
    /// Where it stands.
    public let location: SourceLocation
    /// The path within the file, such as `modules[3].config.address`.
    public let path: String
    /// What is wrong.
    public let message: String
    /// What to do about it.
    public let suggestion: String?
    /// What is missing, when that is what is wrong; it is not told when something else explains it.
    public let absent: AbsentCounterpart?

    /// Creates an issue.
    public init(
        location: SourceLocation, path: String, message: String, suggestion: String? = nil,
        absent: AbsentCounterpart? = nil
    ) {
        self.location = location
        self.path = path
        self.message = message
        self.suggestion = suggestion
        self.absent = absent
    }

    /// `file:line:column: error: path: message`, and the suggestion on a second line.
    public var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        let head = "\(location): error: \(place)\(message)"
        return suggestion.map { "\(head)\n    hint: \($0)" } ?? head
    }
}

/// All that is wrong in a configuration, in the order of the files.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// The issues; never empty.
    public let issues: [ConfigurationIssue]

    /// Creates an error.
    public init(_ issues: [ConfigurationIssue]) {
        self.issues = issues.enumerated().sorted { left, right in
            let (a, b) = (left.element.location, right.element.location)
            return (a.file, a.line, a.column, left.offset) < (b.file, b.line, b.column, right.offset)
        }.map(\.element)
    }

    /// What an error says about a place of a configuration: its own issues, or one at the place.
    static func issues(of error: any Error, location: SourceLocation, path: String) -> [ConfigurationIssue] {
        if let error = error as? ConfigurationError { return error.issues }
        return [
            ConfigurationIssue(
                location: location, path: path, message: "\(error)",
                absent: (error as? AbsentCounterpartError)?.counterpart)
        ]
    }

    /// The issues one after the other; of very many only the first ones.
    public var description: String {
        let shown = issues.prefix(100).map(\.description)
        let rest = issues.count > shown.count ? ["and \(issues.count - shown.count) more"] : []
        return (shown + rest).joined(separator: "\n")
    }
}
