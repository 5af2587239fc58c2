import WorkflowCore

/// Takes the values of secrets, and the place of files on this machine, out of texts.
struct SecretRedactor: Sendable {
    /// The values, the longest first, so that no part of one is left when another one begins with it.
    private let values: [String]
    /// The folder of the files with a slash at its end; empty for none.
    private let folder: String

    /// Creates a redactor for the secrets of deployments. Values of one or two bytes are left: they are in every text.
    ///
    /// - Parameters:
    ///   - deployments: What has the secrets.
    ///   - folder: Where their files are.
    init(_ deployments: [Deployment], folder: String? = nil) {
        self.folder = folder.map { "\($0)/" } ?? ""
        values = Set(deployments.flatMap { $0.secrets.values.map(\.value) }).filter { $0.utf8.count > 2 }
            .sorted { $0.utf8.count > $1.utf8.count }
    }

    /// Whether there is nothing to take out.
    var isEmpty: Bool { values.isEmpty && folder.isEmpty }

    /// The text without secrets.
    func redact(_ text: String) -> String {
        var text = withoutFolder(text)
        for value in values where text.contains(value) {
            text = text.replacing(value, with: "<redacted>")
        }
        return text
    }

    private func withoutFolder(_ text: String) -> String {
        folder.isEmpty ? text : text.replacing(folder, with: "")
    }

    /// The issue without secrets.
    func redact(_ issue: ConfigurationIssue) -> ConfigurationIssue {
        ConfigurationIssue(
            location: SourceLocation(
                file: withoutFolder(issue.location.file), line: issue.location.line,
                column: issue.location.column),
            path: redact(issue.path), message: redact(issue.message),
            suggestion: issue.suggestion.map(redact), absent: issue.absent)
    }
}
