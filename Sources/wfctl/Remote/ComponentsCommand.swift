import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl components`: the components of a server.
struct ComponentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "components", abstract: "Shows and replaces the scripts of a server's components.",
        subcommands: [ListComponents.self, GetComponent.self, PutComponent.self, RollBackComponent.self])

    /// The path of a component.
    static func path(_ id: String, _ rest: String = "") -> String {
        "/api/dynamic/components/\(ManagementClient.encoded(id))\(rest)"
    }

    /// What became of a change, in one sentence.
    static func summary(of document: JSONValue) -> String {
        let id = document["id"]?.stringValue ?? ""
        guard document["changed"]?.boolValue == true else { return "\(id) has this script already." }
        let version = document["version"]?.intValue.map { ", version \($0)" } ?? ""
        return "\(id) is \(document["status"]?.stringValue ?? "changed")\(version)."
    }
}

/// `wfctl components list`
struct ListComponents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the components of a server.",
        usage: "wfctl components list [<options>]")

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.client()
        let answer = try await client.send("GET", "/api/dynamic/components")
        let document = try answer.expectSuccess()
        guard let components = document.arrayValue else { throw answer.notUnderstood("the answer is no list") }
        if components.isEmpty, output.output == .table { return Console.note("There are no components.") }
        output.write(document) { width, style in
            var table = TextTable("component", "status", "loaded", "file", "error")
            for component in components {
                table.add(
                    component["id"]?.stringValue ?? "", component["status"]?.stringValue ?? "",
                    ShownTime.text(component["loaded_at"]), component["file"]?.stringValue ?? "",
                    component["error"]?.stringValue ?? "")
            }
            return table.lines(width: width, style: style)
        }
    }
}

/// `wfctl components get`
struct GetComponent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Prints the script of a component.",
        usage: "wfctl components get <id> [<options>]",
        discussion: "With --output json or yaml: everything about it.")

    @Argument(help: "The component.")
    var id: String

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.client()
        let document = try await client.get(ComponentsCommand.path(id))
        guard output.output == .table else { return output.write(document) { _, _ in [] } }
        guard let source = document["source"]?.stringValue else {
            throw CommandFailure(.notFound, "The component \"\(id)\" has no script.")
        }
        Terminal.output.write(source.hasSuffix("\n") ? source : source + "\n")
    }
}

/// `wfctl components put`
struct PutComponent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Replaces the script of a component, or adds one, while it is called.",
        usage: "wfctl components put <id> <file> [<options>]",
        discussion: """
            A script that does not load is refused, and the one before goes on. When somebody else changes it meanwhile, \
            nothing is done.
            """)

    @Argument(help: "The component.")
    var id: String

    @Argument(help: "The file with the script; - for standard input.", completion: .file(extensions: ["js"]))
    var file: String

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let text = try InputFile.text(of: file)
        let client = try management.client()
        let before = try await client.send("GET", ComponentsCommand.path(id))
        let precondition: (String, String)
        if before.status == 404 {
            precondition = ("if-none-match", "*")
        } else {
            _ = try before.expectSuccess()
            precondition = before.etag.map { ("if-match", $0) } ?? ("if-match", "*")
        }
        let action = before.status == 404 ? "Add the component" : "Replace the script of"
        try confirmation.confirm("\(action) \(id) on \(client.url)?")
        let answer = try await client.send(
            "PUT", ComponentsCommand.path(id), body: Array(text.utf8),
            headers: [("content-type", "text/javascript"), precondition], seconds: 60)
        if answer.status == 422 { try refuse(answer, text) }
        let document = try answer.expectSuccess()
        output.write(document) { _, _ in [ComponentsCommand.summary(of: document)] }
    }

    private func refuse(_ answer: ManagementAnswer, _ text: String) throws {
        let issues = RemoteIssues.list(try answer.json()["issues"], file: file == "-" ? "<stdin>" : file)
        guard !issues.isEmpty else { throw answer.failure }
        let terminal = Terminal.errors
        let report = IssueReport(issues)
        terminal.write(report.text(width: terminal.width, style: terminal.style, source: text) + "\n\n")
        Console.note("The server refused the script; the one before goes on.")
        throw ExitCode(ExitStatus.configuration.rawValue)
    }
}

/// `wfctl components rollback`
struct RollBackComponent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Puts an earlier script of a component in place again.",
        usage: "wfctl components rollback <id> [<options>]")

    @Argument(help: "The component.")
    var id: String

    @Option(help: "The number of the version; by default the one before.")
    var version: Int?

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let version, version < 1 { throw ValidationError("--version is a number from 1.") }
    }

    func run() async throws {
        let client = try management.client()
        let target = version.map { "version \($0)" } ?? "the version before"
        try confirmation.confirm("Change \(id) on \(client.url) back to \(target)?")
        let body: JSONValue = version.map { ["version": .integer(Int64($0))] } ?? [:]
        let document = try await client.send(
            "POST", ComponentsCommand.path(id, "/rollback"), body: body.jsonBytes(), seconds: 60
        ).expectSuccess()
        output.write(document) { _, _ in [ComponentsCommand.summary(of: document)] }
    }
}
