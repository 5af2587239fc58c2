import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl events`: what an application does.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Shows what an application does while it does it.",
        subcommands: [TailEvents.self])
}

/// `wfctl events tail`
struct TailEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Shows transitions, messages and workflows as they happen, until Ctrl-C.",
        usage: "wfctl events tail [<options>]",
        discussion: """
            --topic chooses messages and workflows, --machine transitions; with both, either. What is in them may be \
            about persons, so it is only shown with --data; secrets are not. Times are UTC.
            """)

    @Option(help: "Only messages and workflows of this topic; * stands for a part, > for the rest.")
    var topic: String?

    @Option(help: "Only transitions of this state machine.")
    var machine: String?

    @Flag(help: "With the data that belong to the events.")
    var data = false

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.client()
        var query = QueryText()
        query.add("topic", topic)
        query.add("machine", machine)
        query.add("data", data ? "true" : nil)
        let events = EventOutput(format: output.output, line: Self.line)
        try await EventFollower(client: client, path: "/api/workflow/events\(query.text)", show: events.write).run()
    }

    /// An event as a line.
    @Sendable private static func line(_ event: JSONValue, _ style: TextStyle) -> String {
        func text(_ key: String) -> String { PlainText.line(event[key]?.stringValue ?? "") }
        let kind = text("kind")
        let what: String
        switch kind {
        case "transition":
            let name = text("transition")
            let change = name.isEmpty ? "created \(text("to"))" : "\(name): \(text("from")) -> \(text("to"))"
            what = "\(text("machine")) \(text("instance")) \(change)"
        case "message":
            what = "\(text("topic")) \(text("status")) by \(text("subscription"))" + took(event)
        default:
            what = "\(text("topic")) \(text("action"))" + took(event)
        }
        let error = event["error"]?.stringValue.map { " " + style.red(PlainText.line($0)) } ?? ""
        let data = event["data"].map { " " + style.dim(PlainText.line($0.jsonString())) } ?? ""
        return "\(style.dim(EventOutput.time(event))) \(style.dim(kind.padded(to: 10))) \(what)\(error)\(data)"
    }

    private static func took(_ event: JSONValue) -> String {
        event["durationMs"]?.doubleValue.map { " (\(($0 * 10).rounded() / 10) ms)" } ?? ""
    }
}
