public import WorkflowCore

/// The issues of a configuration, for people and for programs.
public struct IssueReport {
    private let issues: [ConfigurationIssue]

    /// Creates a report.
    public init(_ issues: [ConfigurationIssue]) {
        self.issues = issues
    }

    /// Every issue with its line and a caret, and its hint.
    ///
    /// - Parameters:
    ///   - width: The greatest length of excerpts in characters; `nil` for no limit.
    ///   - style: The colours.
    ///   - text: What stands in the file, when it is not to be read.
    public func text(width: Int?, style: TextStyle, source text: String? = nil) -> String {
        var excerpt = SourceExcerpt(width: width, text: text)
        return issues.map { issue in
            let place = issue.path.isEmpty ? "" : "\(issue.path): "
            let head = "\(issue.location): \(style.red("error")): "
            var lines = [style.bold(head) + PlainText.line(place + issue.message)]
            lines += excerpt.lines(at: issue.location).map(style.dim)
            if let suggestion = issue.suggestion { lines.append("    hint: \(PlainText.line(suggestion))") }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// `1 error in 1 file`.
    public var counts: String {
        let files = Set(issues.map(\.location.file)).count
        return "\(Self.count(issues.count, "error")) in \(Self.count(files, "file"))"
    }

    /// The issues as the management API writes them.
    public var json: JSONValue {
        .array(
            issues.map { issue in
                var document: JSONObject = [
                    "message": .string(issue.message), "path": .string(issue.path),
                    "file": .string(issue.location.file), "line": .integer(Int64(issue.location.line)),
                    "column": .integer(Int64(issue.location.column)),
                ]
                if let suggestion = issue.suggestion { document["suggestion"] = .string(suggestion) }
                return .object(document)
            })
    }

    /// `1 file`, `2 files`.
    public static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
