import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl config`: the configuration of a server.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Shows the configuration of a server.", subcommands: [GetConfig.self])
}

/// `wfctl config get`
struct GetConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Prints the configuration that a server runs.",
        usage: "wfctl config get [<options>]",
        discussion: """
            Without --output: the text of its file, as it stands there, to edit and deploy again. It may hold secrets that \
            somebody has written there. With --output json or yaml: what it means, without secrets, to look at.
            """)

    @Option(name: .shortAndLong, help: "json or yaml for the configuration without secrets.")
    var output: OutputFormat = .table

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let client = try management.client()
        guard output == .table else {
            let document = try await client.get("/api/workflow/config")
            Terminal.output.write(output.text(document) ?? "")
            return
        }
        let answer = try await client.send("GET", "/api/workflow/config", headers: [("accept", "application/yaml")])
        if answer.status == 406 {
            throw CommandFailure(
                .refused, "The configuration of the server is made of several files.",
                hint: "pass --output yaml to see it as a whole, without secrets")
        }
        guard answer.status == 200, let text = String(validating: answer.bytes, as: UTF8.self) else {
            throw answer.failure
        }
        Terminal.output.write(text.hasSuffix("\n") ? text : text + "\n")
    }
}
