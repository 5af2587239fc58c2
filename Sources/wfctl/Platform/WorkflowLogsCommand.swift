import ArgumentParser
import Foundation
import WorkflowCommandLine
import WorkflowCore

/// `wfctl workflows logs`
struct WorkflowLogs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Shows the last lines of the log of a workflow.",
        usage: "wfctl workflows logs <workflow> [<options>]",
        discussion: """
            With --since it shows up to 10000 lines when --limit says nothing. With --follow it goes on until Ctrl-C, also \
            when the platform starts anew. Times are UTC.
            """)

    @Option(help: "Only lines as important as this: debug, info, warn, error or fatal.")
    var level: String?

    @Option(help: "Only lines of this environment; by default of all.")
    var environment: String?

    @Option(help: "Only lines of this execution.")
    var execution: String?

    @OptionGroup var log: LogOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        var filters = QueryText(
            ("level", level), ("environment", environment), ("module", log.module), ("execution_id", execution))
        let following = filters.text
        let start = log.since.map { Timestamp(seconds: Int64(Date().timeIntervalSince1970) - Int64($0.seconds)) }
        filters.add("since", start?.description)
        let path = "/workflows/\(found.id)/logs"
        let page = try await PlatformPage.read(
            client, path, "log of \(found.slug)", page, limit: start == nil ? 100 : 10_000, filters: filters)
        let events = EventOutput(format: output.output, line: Self.line)
        guard log.follow else {
            if page.items.isEmpty, output.output == .table { return Console.note("There are no such lines.") }
            output.write(page.json) { _, style in page.items.reversed().map { Self.line($0, style) } }
            return page.tellOfMore(output)
        }
        page.items.reversed().forEach(events.write)
        try await EventFollower(
            url: client.url, path: "\(PlatformClient.prefix)\(path)/stream\(following)",
            lastID: page.items.first?.shown("id"), connect: client.connection, show: events.write
        ).run()
    }

    /// A line of the log.
    @Sendable private static func line(_ entry: JSONValue, _ style: TextStyle) -> String {
        LogText(
            time: ShownTime.text(entry["created_at"]), level: entry.shown("level"),
            module: entry.shown("module_name"), message: entry.shown("message"),
            fields: entry["fields"]?.objectValue ?? [:]
        ).line(levelWidth: 6, style)
    }
}
