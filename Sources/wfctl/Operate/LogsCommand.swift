import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl logs`: what a server has logged, and what it logs.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Shows the last lines of the log of a server.",
        usage: "wfctl logs [<options>]",
        discussion: """
            The server keeps about 4 MB of them, of the level that it was started with (--log-level). With --follow it \
            goes on until Ctrl-C, also when the server starts anew. Times are UTC.
            """)

    @Flag(name: .shortAndLong, help: "Show what is logged from now on, too.")
    var follow = false

    @Option(help: "Only lines as important as this: trace, debug, info, notice, warning, error or critical.")
    var level: String?

    @Option(help: "Only lines of this module.")
    var module: String?

    @Option(help: "Only lines that are not older, such as 90s, 5m, 2h or 1d.")
    var since: TimeSpan?

    @Option(help: "How many lines of before at most, from 0 to 10000; by default 100, with --since all.")
    var limit: Int?

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (0...10_000).contains(limit ?? 0) else { throw ValidationError("--limit is from 0 to 10000.") }
    }

    func run() async throws {
        let client = try management.client()
        var query = QueryText()
        query.add("level", level)
        query.add("module", module)
        query.add("since", since.map { "\($0.seconds)" })
        query.add("limit", "\(limit ?? (since == nil ? 100 : 10_000))")
        let path = "/api/workflow/logs\(query.text)"
        let events = EventOutput(format: output.output, line: Self.line)
        if follow {
            return try await EventFollower(client: client, path: path, show: events.write).run()
        }
        let answer = try await client.send("GET", path)
        let document = try answer.expectSuccess()
        guard let records = document["records"]?.arrayValue else {
            throw answer.notUnderstood("the answer has no \"records\"")
        }
        if records.isEmpty, output.output == .table { return Console.note("There are no such lines.") }
        output.write(document) { _, style in records.map { Self.line($0, style) } }
    }

    /// A record as a line.
    @Sendable private static func line(_ record: JSONValue, _ style: TextStyle) -> String {
        let level = record["level"]?.stringValue ?? ""
        let name = level.uppercased().padded(to: 8)
        let shown =
            switch level {
            case "critical", "error": style.red(name)
            case "warning": style.yellow(name)
            default: style.dim(name)
            }
        let module = record["module"]?.stringValue.map { "\(PlainText.line($0)): " } ?? ""
        return "\(style.dim(EventOutput.time(record))) \(shown) \(module)"
            + PlainText.line(record["message"]?.stringValue ?? "")
            + style.dim(EventOutput.fields(record["metadata"]?.objectValue ?? [:]))
    }
}

extension String {
    /// The text with blanks behind it, as long as a column.
    func padded(to length: Int) -> String {
        self + String(repeating: " ", count: max(0, length - count))
    }
}
