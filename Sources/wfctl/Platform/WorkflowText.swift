import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// Workflows for people.
enum WorkflowText {
    static func facts(_ workflow: JSONValue) -> FactTable {
        var facts = FactTable()
        for (name, key) in [
            ("name", "name"), ("short name", "slug"), ("id", "id"), ("description", "description"),
            ("status", "status"), ("version", "version"), ("runs", "deployed_version"),
        ] {
            facts.add(name, workflow.shown(key))
        }
        facts.add("created", ShownTime.text(workflow["created_at"]))
        facts.add("changed", ShownTime.text(workflow["updated_at"]))
        return facts
    }

    /// What a workflow does now.
    static func status(_ status: JSONValue) -> [(String, String?)] {
        let next = status["next_version"]?.intValue.map { ", version \($0) is coming up" } ?? ""
        let since = status["since"]?.stringValue.map { _ in ", since \(ShownTime.text(status["since"]))" } ?? ""
        return [
            ("environment", status.shown("environment")), ("status", status.shown("status") + since + next),
            ("wanted", status.shown("wanted")),
            ("version", status.shown("version")), ("path", status.shown("path")),
            ("restarts", status["restarts"]?.intValue.flatMap { $0 == 0 ? nil : String($0) }),
            ("next start", ShownTime.text(status["restart_at"])), ("last error", status.shown("last_error")),
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
        let terminal = Terminal.errors
        let report = IssueReport(issues)
        let lines =
            text.map { report.text(width: terminal.width, style: terminal.style, source: $0) }
            ?? issues.map { PlainText.lines($0.description) }.joined(separator: "\n")
        terminal.write(lines + "\n\n")
        Console.note("\(report.counts). \(consequence)")
        throw ExitCode(ExitStatus.configuration.rawValue)
    }
}
