import Foundation
import Synchronization
import WorkflowCore

/// Tells a person what was started.
final class StartReporter: Sendable {
    private let isQuiet: Bool
    private let began: ContinuousClock.Instant
    private let notes = Mutex<[SummaryLine]>([])

    init(isQuiet: Bool, began: ContinuousClock.Instant) {
        self.isQuiet = isQuiet
        self.began = began
    }

    /// Adds a line of the program's own.
    func note(_ topic: String, _ text: String) {
        notes.withLock { $0.append(SummaryLine(topic, text)) }
    }

    /// Prints the summary to standard output.
    func report(_ summary: EngineSummary) {
        guard !isQuiet else { return }
        let lines = summary.details + notes.withLock { $0 }
        let took = (ContinuousClock.now - began).wholeMilliseconds
        var text = ["Workflow \(ServerVersion.current) is ready after \(took) ms.", ""]
        let names = summary.modules.map(\.name)
        text += Self.block("modules", Self.wrapped(names.joined(separator: ", ")))
        var topics: [String] = []
        for line in lines where !topics.contains(line.topic) { topics.append(line.topic) }
        for topic in topics {
            text += Self.block(topic, lines.filter { $0.topic == topic }.flatMap { Self.wrapped($0.text) })
        }
        print(text.joined(separator: "\n"))
        fflush(nil)
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
