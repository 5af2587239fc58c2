import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl cluster`: the nodes that share a state.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "Lists the nodes that share the state of a server.",
        usage: "wfctl cluster [<options>]")

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.client()
        let answer = try await client.send("GET", "/api/workflow/cluster")
        let document = try answer.expectSuccess()
        guard let nodes = document["nodes"]?.arrayValue else {
            throw answer.notUnderstood("the answer has no \"nodes\"")
        }
        if document["shared"]?.boolValue != true, output.output == .table {
            return Console.note("The server shares its state with no other node.")
        }
        output.write(document) { width, style in
            var table = TextTable("node", "host", "version", "config", "seen", "work", "events")
            for node in nodes {
                let seen = node["unseenMilliseconds"]?.intValue.map { "\($0) ms ago" } ?? ""
                let mark = node["self"]?.boolValue == true ? " *" : ""
                table.add(
                    (node["id"]?.stringValue ?? "") + mark, node["host"]?.stringValue ?? "",
                    node["version"]?.stringValue ?? "", String(node["configHash"]?.stringValue?.prefix(8) ?? ""),
                    seen, node["workItems"]?.intValue.map(String.init) ?? "",
                    node["pendingEvents"]?.intValue.map(String.init) ?? "")
            }
            return table.lines(width: width, style: style) + ["", "* answered"]
        }
    }
}
