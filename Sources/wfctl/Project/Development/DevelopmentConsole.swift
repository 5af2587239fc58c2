import Foundation
import Logging
import Synchronization
import WorkflowCommandLine
import WorkflowServer

/// Shows what happens in an application, line by line.
final class DevelopmentConsole: Sendable {
    /// How lines look.
    let style: TextStyle
    /// Where they are written.
    let terminal: Terminal
    private let writer: LogWriter
    private let isVerbose: Bool
    /// Whether changes of files are being applied, of which this tells more than the log.
    private let isApplying = Mutex(false)

    /// Creates a console.
    ///
    /// - Parameter isVerbose: Whether details are shown too.
    init(isVerbose: Bool) {
        terminal = .output
        writer = LogWriter(descriptor: STDOUT_FILENO)
        self.isVerbose = isVerbose
        style = terminal.style
    }

    /// Writes lines as they are, none of another event between them. Does not block.
    func write(_ lines: [String]) {
        writer.write(lines.map { $0 + "\n" }.joined()) {
            "\($0) events were not shown, since nobody took them in time\n"
        }
    }

    /// Waits for a moment until everything has been written.
    func flush() {
        writer.flush(for: 1)
    }

    /// Says whether changes of files are being applied.
    func setApplying(_ isApplying: Bool) {
        self.isApplying.withLock { $0 = isApplying }
    }

    /// Shows something that has happened in the application.
    func show(_ event: DevelopmentEvent) {
        guard isVerbose || !event.isDetail else { return }
        write([stamped(event.line(style: style))])
    }

    /// Shows a line of the log.
    func log(_ level: Logger.Level, _ message: String, _ details: String) {
        guard level >= .warning || isVerbose || Self.changes.contains(message) else { return }
        guard !(isApplying.withLock { $0 } && Self.applications.contains(message)) else { return }
        let text = PlainText.line(message) + (details.isEmpty ? "" : style.dim("  \(PlainText.line(details))"))
        let title =
            switch level {
            case .error, .critical: style.red("error") + "  "
            case .warning: style.yellow("warning") + " "
            default: ""
            }
        write([stamped(title + text)])
    }

    /// What the log tells of a change that is worth a line although it is no warning.
    private static let changes: Set = ["The configuration was reloaded"]

    /// What the log tells of a change of files, which is shown in a better way.
    private static let applications: Set = [
        "The configuration was reloaded", "The configuration has not changed", "The configuration was not reloaded",
        "The configuration was not reloaded; the one before goes on", "Component changed",
        "The changed script is not used; the one before goes on",
    ]

    /// A line with the time of day in front.
    func stamped(_ text: String) -> String {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        let numbers = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return style.dim(numbers.joined(separator: ":")) + "  " + text
    }
}
