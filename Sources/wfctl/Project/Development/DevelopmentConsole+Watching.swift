import Foundation
import WorkflowCommandLine
import WorkflowCore
import WorkflowServer

/// Shows what became of files that were saved.
extension DevelopmentConsole: ConfigurationWatchObserver {
    func willApply() {
        setApplying(true)
    }

    func hasApplied() {
        setApplying(false)
    }

    func hasReloaded(_ result: Result<ConfigurationManager.Outcome, any Error>) {
        switch result {
        case .success(let outcome): write(lines(outcome.report))
        case .failure(let error): write(refusal("not reloaded", "\(error)", "What ran before goes on."))
        }
    }

    func hasRefreshed(_ file: String, of component: String, _ result: ScriptRefresh) {
        let name = PlainText.line((file as NSString).lastPathComponent)
        switch result {
        case .replaced:
            write([stamped("\(style.green("replaced")) \(name), the script of \(PlainText.line(component))")])
        case .refused(let reason):
            write(lines(ofRefused: file, name, reason))
        }
    }

    // MARK: - Lines

    /// What is wrong with a configuration that cannot be started.
    func lines(_ error: ConfigurationError) -> [String] {
        let issues = IssueReport(error.issues)
        let head = stamped("\(style.red("not started")): \(issues.counts)")
        return [head, issues.text(width: terminal.width, style: style)]
    }

    private func lines(_ report: ReloadReport) -> [String] {
        switch report.status {
        case .unchanged:
            return [stamped(style.dim("saved, and means the same as before"))]
        case .reloaded:
            let milliseconds = report.timings.total.wholeMilliseconds
            let head = [stamped("\(style.green("reloaded")) in \(milliseconds) ms")]
            guard let plan = report.plan, !plan.isEmpty else { return head }
            // The last line counts what the others say.
            let text = plan.text(width: (terminal.width ?? 1000) - 2).split(separator: "\n").dropLast()
            return head + text.map { style.plan("  \($0)") }
        case .refused, .rolledBack:
            guard !report.issues.isEmpty else {
                return refusal(
                    "not reloaded", report.reason ?? "for an unknown reason", "What ran before goes on.")
            }
            let issues = IssueReport(report.issues)
            let head = stamped("\(style.red("not reloaded")): \(issues.counts)")
            return [head, issues.text(width: terminal.width, style: style), "What ran before goes on."]
        }
    }

    /// Why a script is not used: with its line when it is no program, otherwise as the component says it.
    private func lines(ofRefused file: String, _ name: String, _ reason: String) -> [String] {
        let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let ending = "The script before goes on."
        do {
            try CheckingScriptRuntime().check(ScriptSource(name: name, text: text))
        } catch let error as ScriptError {
            let place = SourceLocation(file: name, line: error.line ?? 0, column: error.column ?? 0)
            var excerpt = SourceExcerpt(width: terminal.width, text: text)
            let head = stamped("\(style.red("not replaced")): \(place): \(PlainText.line(error.message))")
            return [head] + excerpt.lines(at: place).map(style.dim) + [ending]
        } catch {
            return refusal("not replaced", "\(error)", ending)
        }
        return refusal("not replaced", reason, ending)
    }

    private func refusal(_ title: String, _ reason: String, _ ending: String) -> [String] {
        [stamped("\(style.red(title)): \(PlainText.line(reason))"), ending]
    }
}
