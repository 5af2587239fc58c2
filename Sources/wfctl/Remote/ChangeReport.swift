import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// What a server says about a change of its configuration.
struct ChangeReport {
    private let answer: ManagementAnswer
    /// The document of the answer.
    let json: JSONValue

    /// Reads an answer to `PUT config`, `reload` or `rollback`.
    ///
    /// - Throws: ``CommandFailure`` for an answer that is none.
    init(_ answer: ManagementAnswer) throws {
        self.answer = answer
        guard answer.status == 200 || answer.status == 409 || answer.status == 422 else { throw answer.failure }
        json = try answer.json()
        guard status != nil || answer.status != 200 else { throw answer.notUnderstood("the answer has no \"status\"") }
    }

    /// `reloaded`, `unchanged` or `refused`; `nil` when the server did not get that far.
    var status: String? { json["status"]?.stringValue }

    /// Writes the report, and throws when the change was not made.
    ///
    /// - Parameters:
    ///   - output: How.
    ///   - text: What was sent, for excerpts.
    ///   - file: Where that stands.
    ///   - origin: The version of the history that a rollback went back to.
    func write(
        _ output: OutputOptions, source text: String? = nil, file: String? = nil, origin: Int? = nil
    ) throws {
        if answer.status == 200 {
            output.write(json) { _, _ in [Self.summary(of: json, origin: origin) + "."] }
            if let warning = json["warning"]?.stringValue { Console.warn(warning) }
            return
        }
        if output.output != .table { output.write(json) { _, _ in [] } }
        try throwRefusal(source: text, file: file)
    }

    /// Says why the change was refused.
    private func throwRefusal(source text: String?, file: String?) throws {
        let issues = RemoteIssues.list(json["issues"], file: file)
        guard !issues.isEmpty else { throw answer.failure }
        throw RemoteIssues.show(issues, source: text, consequence: "What ran before goes on.")
    }

    /// A reload in one sentence, without its full stop.
    static func summary(of reload: JSONValue, origin: Int? = nil) -> String {
        let status = reload["status"]?.stringValue ?? "unknown"
        var text = status.replacing("_", with: " ")
        if let generation = reload["generation"]?.intValue { text += ", generation \(generation)" }
        if let version = reload["version"]?.intValue {
            text += origin.map { ", back to version \($0), as version \(version)" } ?? ", version \(version)"
        }
        if let moved = reload["movedInstances"]?.intValue { text += ", \(IssueReport.count(moved, "instance")) moved" }
        if let time = reload["time"] { text += ", at \(ShownTime.text(time))" }
        if status == "reloaded", let took = reload["timings"]?["totalMilliseconds"]?.doubleValue {
            text += ", took \(Int(took.rounded(.up))) ms"
        }
        if let reason = reload["reason"]?.stringValue { text += ": \(reason)" }
        return text
    }
}

/// Issues as a server writes them.
enum RemoteIssues {
    /// The issues of a document.
    ///
    /// - Parameters:
    ///   - document: A list of issues.
    ///   - file: What the file is called here.
    static func list(_ document: JSONValue?, file: String?) -> [ConfigurationIssue] {
        (document?.arrayValue ?? []).map { issue in
            ConfigurationIssue(
                location: SourceLocation(
                    file: file ?? issue["file"]?.stringValue ?? "<config>", line: issue["line"]?.intValue ?? 0,
                    column: issue["column"]?.intValue ?? 0),
                path: issue["path"]?.stringValue ?? "", message: issue["message"]?.stringValue ?? "",
                suggestion: issue["suggestion"]?.stringValue)
        }
    }

    /// Shows issues.
    ///
    /// - Parameters:
    ///   - source: The configuration, for excerpts; `nil` when it is not here: a file of the same name may be another.
    ///   - consequence: What has become of it, as a sentence.
    /// - Returns: How the command ends.
    static func show(_ issues: [ConfigurationIssue], source: String?, consequence: String) -> ExitCode {
        let terminal = Terminal.errors
        let report = IssueReport(issues)
        let lines =
            source.map { report.text(width: terminal.width, style: terminal.style, source: $0) }
            ?? issues.map { PlainText.lines($0.description) }.joined(separator: "\n")
        terminal.write(lines + "\n\n")
        Console.note("\(report.counts). \(consequence)")
        return ExitCode(ExitStatus.configuration.rawValue)
    }
}
