import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// What of a log is shown.
struct LogOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Show what is logged from now on, too.")
    var follow = false

    @Option(help: "Only lines of this module.")
    var module: String?

    @Option(help: "Only lines that are not older, such as 90s, 5m, 2h or 1d.")
    var since: TimeSpan?
}

/// A line of a log for people.
struct LogText {
    let time: String
    let level: String
    /// Empty when it is the engine itself.
    let module: String
    let message: String
    let fields: JSONObject

    /// The line.
    ///
    /// - Parameter column: How wide the level is.
    func line(levelWidth column: Int, _ style: TextStyle) -> String {
        let name = level.uppercased().padded(to: column)
        let shown =
            switch level {
            case "fatal", "critical", "error": style.red(name)
            case "warn", "warning": style.yellow(name)
            default: style.dim(name)
            }
        let source = module.isEmpty ? "" : "\(PlainText.line(module)): "
        return "\(style.dim(time)) \(shown) \(source)" + PlainText.line(message) + style.dim(EventOutput.fields(fields))
    }
}

extension String {
    /// The text with blanks behind it, as long as a column.
    func padded(to length: Int) -> String {
        self + String(repeating: " ", count: max(0, length - count))
    }
}
