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

    @Option(help: "Only lines as important as this: trace, debug, info, notice, warning, error or critical.")
    var level: String?

    @OptionGroup var log: LogOptions

    @Option(help: "How many lines of before at most, from 0 to 10000; by default 100, with --since all.")
    var limit: Int?

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (0...10_000).contains(limit ?? 0) else { throw ValidationError("--limit is from 0 to 10000.") }
    }

    func run() async throws {
        let client = try management.client()
        let query = QueryText(
            ("level", level), ("module", log.module), ("since", log.since.map { "\($0.seconds)" }),
            ("limit", "\(limit ?? (log.since == nil ? 100 : 10_000))"))
        let path = "/api/workflow/logs\(query.text)"
        let events = EventOutput(format: output.output, line: Self.line)
        if log.follow {
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
        LogText(
            time: EventOutput.time(record), level: record.shown("level"), module: record.shown("module"),
            message: record.shown("message"), fields: record["metadata"]?.objectValue ?? [:]
        ).line(levelWidth: 8, style)
    }
}
