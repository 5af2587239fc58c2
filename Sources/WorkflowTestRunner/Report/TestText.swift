import WorkflowCore

/// Writes results for people.
public struct TestText: Sendable {
    /// How parts of the text look.
    public struct Style: Sendable {
        /// What is right.
        public var good: @Sendable (String) -> String = { $0 }
        /// What is wrong.
        public var bad: @Sendable (String) -> String = { $0 }
        /// What matters less.
        public var dim: @Sendable (String) -> String = { $0 }
        /// Titles.
        public var bold: @Sendable (String) -> String = { $0 }

        /// Creates a style without colours.
        public init() {}
    }

    private let style: Style

    /// Creates a writer.
    public init(style: Style) {
        self.style = style
    }

    /// One line for a test.
    public func line(_ result: TestResult) -> String {
        switch result.outcome {
        case .passed:
            let time = result.duration > .milliseconds(100) ? style.dim(" \(result.duration.wholeMilliseconds) ms") : ""
            return "  \(style.good("✓")) \(result.name)\(time)"
        case .failed: return "  \(style.bad("✗")) \(result.name)"
        case .skipped: return "  \(style.dim("- \(result.name): \(result.reason)"))"
        }
    }

    /// Why a test failed: each difference with its place, and the last lines of the log.
    public func failure(of result: TestResult) -> [String] {
        var lines: [String] = []
        var step = ""
        for failure in result.failures {
            if failure.step != step { lines.append("    \(failure.step)") }
            step = failure.step
            guard !failure.expected.isEmpty else {
                lines.append("    \(style.bold("\(failure.location)")): \(style.bad(failure.actual))")
                continue
            }
            lines.append("    \(style.bold("\(failure.location)")): \(failure.path)")
            lines += Self.block("expected", failure.expected, style.good)
            lines += Self.block("actual  ", failure.actual, style.bad)
        }
        if !result.log.isEmpty {
            lines.append(style.dim("    the last lines of the log:"))
            lines += result.log.map { style.dim("      \($0)") }
        }
        return lines
    }

    /// The last line.
    public func summary(_ report: TestReport) -> String {
        var parts: [String] = []
        let (passed, failed, skipped) = (report.count(.passed), report.count(.failed), report.count(.skipped))
        if failed > 0 { parts.append(style.bad("\(failed) failed")) }
        parts.append(passed > 0 ? style.good("\(passed) passed") : "0 passed")
        if skipped > 0 { parts.append("\(skipped) skipped") }
        return parts.joined(separator: ", ") + style.dim(" in \(Self.time(report.duration))")
    }

    /// A table of what was used, and the names of what was not.
    public func coverage(_ coverage: TestCoverage) -> [String] {
        var lines = [style.bold("Coverage of \(coverage.application.joined(separator: ", "))")]
        for part in coverage.parts where !part.all.isEmpty {
            let share = 100 * part.usedCount / part.all.count
            let name = part.kind + String(repeating: " ", count: max(0, 12 - part.kind.count))
            let line = "  \(name) \(part.usedCount) of \(part.all.count) (\(share) %)"
            lines.append(part.missing.isEmpty ? style.good(line) : line)
            lines += part.missing.map { style.dim("    not used: \($0)") }
        }
        return lines
    }

    private static func block(_ title: String, _ text: String, _ style: (String) -> String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().map { index, line in
            (index == 0 ? "      \(title)  " : "                ") + style(String(line))
        }
    }

    private static func time(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        return milliseconds < 10_000 ? "\(milliseconds) ms" : "\(milliseconds / 1000) s"
    }
}

extension TestFailure {
    /// The failure in one line.
    var summary: String {
        expected.isEmpty ? actual : "\(path): expected \(expected), got \(actual)"
    }
}
