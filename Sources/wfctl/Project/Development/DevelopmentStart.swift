import WorkflowCommandLine
import WorkflowCore

/// What a person sees when an application has started.
struct DevelopmentStart {
    private static let gap = 2

    /// The configuration.
    let file: String
    /// What was started.
    let summary: EngineSummary
    /// What the process adds to that.
    let notes: [SummaryLine]
    /// How long the start took.
    let took: Duration

    /// The lines, each topic with its name in front.
    func lines(style: TextStyle) -> [String] {
        let listeners = summary.details.filter { $0.topic == "listener" }
        let others = summary.details.filter { $0.topic != "listener" }
        let all = (listeners + others + notes.filter { $0.topic != "watch" })
        let column = (all.map(\.topic.count).max() ?? 0) + Self.gap
        let modules = IssueReport.count(summary.modules.count, "module")
        var lines = [
            "\(style.bold(PlainText.line(file))) runs \(style.dim("(\(modules), ready after \(took.wholeMilliseconds) ms)"))",
            "",
        ]
        var topics: [String] = []
        for line in all where !topics.contains(line.topic) { topics.append(line.topic) }
        for topic in topics {
            for (index, line) in all.filter({ $0.topic == topic }).enumerated() {
                let title = index == 0 ? PlainText.line(topic) : ""
                let margin = String(repeating: " ", count: max(1, column - title.count))
                let text = PlainText.line(line.text)
                lines.append("  \(style.dim(title))\(margin)\(topic == "listener" ? style.green(text) : text)")
            }
        }
        return lines + ["", style.dim("Save a file to change it. Ctrl-C stops."), ""]
    }
}
