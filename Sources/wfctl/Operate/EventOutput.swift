import WorkflowCommandLine
import WorkflowCore

/// Writes events one after the other: lines for people, one JSON object per line, or YAML documents.
struct EventOutput: Sendable {
    let format: OutputFormat
    /// The line of an event.
    let line: @Sendable (JSONValue, TextStyle) -> String

    /// Writes an event.
    func write(_ event: JSONValue) {
        let terminal = Terminal.output
        switch format {
        case .table: terminal.write(line(event, terminal.style) + "\n")
        case .json: terminal.write(event.jsonString() + "\n")
        case .yaml: terminal.write("---\n" + (format.text(event) ?? ""))
        }
    }

    /// The time of an event, to the millisecond and without its day.
    static func time(_ event: JSONValue) -> String {
        let text = event["time"]?.stringValue ?? ""
        return String(text.dropFirst(11).prefix { $0 != "Z" }.prefix(12))
    }

    /// Names and values behind a line.
    static func fields(_ object: JSONObject) -> String {
        object.map { key, value in
            let text = value.stringValue ?? value.jsonString()
            let isPlain = !text.isEmpty && !text.contains { $0 == " " || $0 == "\"" }
            return " \(PlainText.line(key))=\(PlainText.line(isPlain ? text : JSONValue.string(text).jsonString()))"
        }.joined()
    }
}
