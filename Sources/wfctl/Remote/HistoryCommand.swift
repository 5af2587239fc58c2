import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl history`: the configurations that a server has accepted.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Lists the configurations that a server has accepted, the newest first.",
        usage: "wfctl history [<options>]")

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.client()
        let answer = try await client.send("GET", "/api/workflow/history")
        let document = try answer.expectSuccess()
        guard let versions = document["versions"]?.arrayValue else {
            throw answer.notUnderstood("the answer has no \"versions\"")
        }
        if versions.isEmpty, output.output == .table {
            return Console.note("The server keeps no history, since its state is kept in memory.")
        }
        output.write(document) { width, style in
            var table = TextTable("version", "time", "by", "status", "config")
            for version in versions {
                let reason = version["reason"]?.stringValue.map { ": \($0)" } ?? ""
                table.add(
                    version["version"]?.intValue.map(String.init) ?? "", ShownTime.text(version["time"]),
                    version["source"]?.stringValue ?? "", (version["status"]?.stringValue ?? "") + reason,
                    String(version["hash"]?.stringValue?.prefix(12) ?? ""))
            }
            return table.lines(width: width, style: style)
        }
    }
}
