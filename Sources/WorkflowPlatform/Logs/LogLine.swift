import Logging
import WorkflowCore

/// A line of the log of a workflow, before it is written.
struct LogLine: Sendable {
    /// What comes with a message at most, in bytes.
    private static let mostFieldBytes = 16 << 10
    /// The metadata that has columns of its own.
    private static let ownColumns: Set = ["module", "workflow.id", "workflow.environment", "execution.id", "trace.id"]

    /// What the task that makes a line belongs to; the metadata goes before it.
    struct Task: Sendable {
        /// The execution; empty for none.
        var execution = ""
        /// The trace; empty for none.
        var trace = ""
    }

    let key: DeploymentKey
    let level: LogLevel
    let message: String
    /// The module that it comes from; empty when it is the engine itself.
    let module: String
    /// The execution that it belongs to; empty for none.
    let execution: String
    /// The trace that it belongs to; empty for none.
    let trace: String
    let fields: JSONObject
    let time: Timestamp

    /// About how many bytes it takes.
    var cost: Int {
        256 + message.utf8.count + fields.reduce(0) { $0 + $1.key.utf8.count + ($1.value.stringValue?.utf8.count ?? 0) }
    }
}

extension LogLine {
    /// Makes a line of what a logger was given.
    ///
    /// - Parameters:
    ///   - event: What was logged, without secrets.
    ///   - metadata: What the logger always says.
    ///   - task: What the task belongs to.
    ///   - longest: The longest text, in bytes.
    init(
        _ event: LogEvent, _ metadata: Logger.Metadata, of key: DeploymentKey, in task: Task, longest: Int,
        time: Timestamp
    ) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        var (fields, room) = (JSONObject(), Self.mostFieldBytes)
        func add(_ key: String, _ value: String) {
            let text = Self.cut(value, longest)
            room -= key.utf8.count + text.utf8.count
            if room >= 0 { fields[key] = .string(text) }
        }
        if let error = event.error { add("error", "\(error)") }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) where !Self.ownColumns.contains(key) {
            add(key, "\(value)")
        }
        self.init(
            key: key, level: LogLevel(event.level), message: Self.cut(event.message.description, longest),
            module: all["module"].map { Self.text($0) } ?? "",
            execution: all["execution.id"].map { Self.text($0) } ?? task.execution,
            trace: all["trace.id"].map { Self.text($0) } ?? task.trace, fields: fields, time: time)
    }

    /// A name, which is never long.
    private static func text(_ value: Logger.MetadataValue) -> String { cut("\(value)", 256) }

    private static func cut(_ text: String, _ longest: Int) -> String {
        // Not every database keeps it, and refuses all lines for the sake of one.
        let text = text.utf8.contains(0) ? text.replacing("\0", with: "") : text
        guard text.utf8.count > longest else { return text }
        return String(decoding: text.utf8.prefix(longest), as: UTF8.self) + "…"
    }

    /// The line that says that others were lost.
    init(lost count: Int, of key: DeploymentKey, time: Timestamp) {
        self.init(
            key: key, level: .warn,
            message: "\(count) lines of the log were lost, since they came faster than they could be written",
            module: "", execution: "", trace: "", fields: ["lost": .integer(Int64(count))], time: time)
    }
}
