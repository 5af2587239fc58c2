import Foundation
import WorkflowCommandLine
import WorkflowCore

/// Tells a person what was started.
struct StartReporter: Sendable {
    let isQuiet: Bool
    let began: ContinuousClock.Instant

    /// Prints the summary, and what the process adds to it, to standard output.
    func report(_ summary: EngineSummary, _ notes: [SummaryLine]) {
        guard !isQuiet else { return }
        let lines = summary.details + notes
        let took = (ContinuousClock.now - began).wholeMilliseconds
        var text = ["Workflow \(ServerVersion.current) is ready after \(took) ms.", ""]
        let names = summary.modules.map(\.name)
        text += Self.block("modules", Self.wrapped(names.joined(separator: ", ")))
        var topics: [String] = []
        for line in lines where !topics.contains(line.topic) { topics.append(line.topic) }
        for topic in topics {
            text += Self.block(topic, lines.filter { $0.topic == topic }.flatMap { Self.wrapped($0.text) })
        }
        // What was printed before comes before it; and in one go, so that no line of the log gets into it.
        fflush(nil)
        Terminal.output.write(text.joined(separator: "\n") + "\n")
    }

    private static func block(_ topic: String, _ lines: [String]) -> [String] {
        lines.enumerated().map { index, line in
            "  " + (index == 0 ? topic : "").padding(toLength: max(15, topic.count + 1), withPad: " ", startingAt: 0)
                + line
        }
    }

    /// Breaks a line at spaces so that it fits a terminal of 80 columns beside the topic; what follows is indented.
    private static func wrapped(_ text: String, width: Int = 62) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + word.count + 1 <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(lines.isEmpty ? String(word) : "  \(word)")
            }
        }
        return lines
    }
}
