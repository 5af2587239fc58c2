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
    ///   - width: The greatest length of a line in characters; `nil` for no limit.
    ///   - style: The colours.
    ///   - text: What stands in the file, when it is not to be read.
    public func text(width: Int?, style: TextStyle, source text: String? = nil) -> String {
        var excerpt = SourceExcerpt(width: width, text: text)
        return issues.map { issue in
            var lines = Self.message(of: issue, width, style)
            lines += excerpt.lines(at: issue.location).map(style.dim)
            if let suggestion = issue.suggestion {
                let hint = "hint: \(PlainText.line(suggestion))"
                lines += (width.map { PlainText.wrapped(hint, width: $0 - 4, indent: 6) } ?? [hint]).map { "    \($0)" }
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// What is wrong, with its place.
    private static func message(of issue: ConfigurationIssue, _ width: Int?, _ style: TextStyle) -> [String] {
        let path = issue.path.isEmpty ? "" : "\(issue.path): "
        let place = PlainText.line("\(issue.location): ")
        let text = place + "error: " + PlainText.line(path + issue.message)
        var lines = width.map { PlainText.wrapped(text, width: $0, indent: 4) } ?? [text]
        // A name of a file that is longer than the line stays without colours.
        if lines[0].hasPrefix(place + "error:") {
            lines[0] = style.bold("\(place)\(style.red("error")):") + lines[0].dropFirst(place.count + 6)
        }
        return lines
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
