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
        text += Self.block("modules", Self.wrapped(names))
        var topics: [String] = []
        for line in lines where !topics.contains(line.topic) { topics.append(line.topic) }
        for topic in topics {
            text += Self.block(topic, lines.filter { $0.topic == topic }.map(\.text))
        }
        print(text.joined(separator: "\n"))
        fflush(nil)
    }

    private static func block(_ topic: String, _ lines: [String]) -> [String] {
        lines.enumerated().map { index, line in
            "  " + (index == 0 ? topic : "").padding(toLength: 12, withPad: " ", startingAt: 0) + line
        }
    }

    private static func wrapped(_ words: [String], width: Int = 64) -> [String] {
        var lines: [String] = []
        for word in words {
            if let last = lines.last, last.count + word.count + 2 <= width {
                lines[lines.count - 1] = "\(last), \(word)"
            } else {
                if !lines.isEmpty { lines[lines.count - 1] += "," }
                lines.append(word)
            }
        }
        return lines
    }
}
