import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl instances show`
struct ShowInstance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows an instance, and the transitions that leave its state.",
        usage: "wfctl instances show <id> [<options>]",
        discussion: "Its data may be about persons, so they are only shown with --data; secrets are not.")

    @Argument(help: "The instance.")
    var id: String

    @Flag(help: "With the transitions that it has made.")
    var history = false

    @Flag(help: "With its data.")
    var data = false

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.client()
        let machine = try await InstancesCommand.machine(of: id, client)
        var query = QueryText()
        query.add("history", history ? "true" : nil)
        query.add("data", data ? "true" : nil)
        let document = try await client.get(InstancesCommand.path(machine, id) + query.text)
        output.write(document) { width, style in
            var facts = FactTable()
            facts.add("id", document["id"]?.stringValue)
            facts.add("machine", document["machine"]?.stringValue)
            let isDone = document["completed"]?.boolValue == true
            facts.add("state", (document["state"]?.stringValue ?? "") + (isDone ? " (completed)" : ""))
            facts.add("before", document["previousState"]?.stringValue)
            facts.add("error", document["error"]?.stringValue)
            facts.add("started", ShownTime.text(document["startedAt"]))
            facts.add("updated", ShownTime.text(document["updatedAt"]))
            facts.add("version", document["version"]?.intValue.map(String.init))
            let possible = document["transitions"]?.arrayValue?.compactMap(\.stringValue) ?? []
            facts.add("transitions", possible.isEmpty ? "none" : possible.joined(separator: ", "))
            if let data = document["data"] { facts.add("data", data.jsonString()) }
            let lines = facts.lines(width: width, style: style)
            guard let history = document["history"]?.arrayValue else { return lines }
            return lines + [""] + Self.table(history).lines(width: width, style: style)
        }
        if document["historyIsCut"]?.boolValue == true {
            Console.note("These are the first transitions; there are more.")
        }
    }

    private static func table(_ history: [JSONValue]) -> TextTable {
        var table = TextTable("version", "time", "transition", "to", "by", "data")
        for record in history {
            table.add(
                record["version"]?.intValue.map(String.init) ?? "", ShownTime.text(record["time"]),
                record["transition"]?.stringValue ?? "(created)", record["to"]?.stringValue ?? "",
                record["actor"]?.stringValue ?? "",
                record["data"].map { $0.objectValue?.isEmpty == true ? "" : $0.jsonString() } ?? "")
        }
        return table
    }
}
