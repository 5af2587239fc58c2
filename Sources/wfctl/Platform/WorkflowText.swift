import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// Workflows for people.
enum WorkflowText {
    static var facts: [ShownField] {
        [
            .member("name"), .member("short name", "slug"), .member("id"), .member("description"),
            ShownField("labels") { LabelText.line($0) }, .member("status"), .member("version"),
            .member("runs", "deployed_version"), .time("created", "created_at"), .time("changed", "updated_at"),
        ]
    }

    /// What a workflow does now.
    static var status: [ShownField] {
        [
            .member("environment"),
            ShownField("status") { status in
                let next = status["next_version"]?.intValue.map { ", version \($0) is coming up" } ?? ""
                let since = status["since"]?.stringValue.map { _ in ", since \(ShownTime.text(status["since"]))" }
                return status.shown("status") + (since ?? "") + next
            },
            .member("wanted"), .member("version"), .member("path"),
            ShownField("restarts") { $0["restarts"] == 0 ? "" : $0.shown("restarts") },
            .time("next start", "restart_at"), .member("last error", "last_error"),
        ]
    }
}

/// What a platform finds wrong with a configuration.
enum PlatformIssues {
    /// Shows what is wrong, with the lines of the file here.
    ///
    /// - Parameters:
    ///   - answer: The answer to a request with a configuration.
    ///   - text: The configuration.
    ///   - file: Where it stands.
    ///   - consequence: What has become of it, as a sentence.
    /// - Throws: `ExitCode` when something is wrong.
    static func check(
        _ answer: ManagementAnswer, _ text: String?, _ file: String, _ consequence: String
    ) throws {
        guard answer.status == 422, answer.problem == "invalid-configuration" else { return }
        let issues = (try answer.json()["errors"]?.arrayValue ?? []).map { error in
            ConfigurationIssue(
                location: SourceLocation(
                    file: file == "-" ? "<stdin>" : file, line: error["line"]?.intValue ?? 0,
                    column: error["column"]?.intValue ?? 0),
                path: error.shown("path"), message: error.shown("detail"), suggestion: error["hint"]?.stringValue)
        }
        guard !issues.isEmpty else { throw answer.failure }
        throw RemoteIssues.show(issues, source: text, consequence: consequence)
    }
}
