import ArgumentParser
import Foundation
import WorkflowCommandLine
import WorkflowCore

/// `wfctl workflows secrets`
struct WorkflowSecretsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets",
        abstract: "Sets, lists and removes the secrets of a workflow; nobody sees their values.",
        subcommands: [SetSecret.self, ListSecrets.self, RemoveSecret.self])
}

/// `wfctl workflows secrets set`
struct SetSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Sets a secret for ${secret.NAME}; the value is asked for, or read from a pipe.",
        usage: "wfctl workflows secrets set <workflow> <name> [<options>]",
        discussion: """
            The value never stands on a command line, where others could see it. One line end behind it is left out. \
            What runs has it from its next deployment: `wfctl workflows deploy`.

              printf %s "$TOKEN" | wfctl workflows secrets set orders TOKEN
            """)

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var environment: EnvironmentOptions

    @Argument(help: "The name of the secret.")
    var name: String

    @Option(help: "A file with the value; by default standard input.", completion: .file())
    var file: String?

    @Flag(help: "Never ask; fail where an answer would be needed.")
    var noInput = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        let value = try readValue()
        let answer = try await client.send(
            "PUT", "/workflows/\(found.id)/secrets/\(ManagementClient.encoded(name))\(environment.query.text)",
            ["value": .string(value)])
        let document = try answer.data("workflow \(found.slug)")
        output.write(document) { _, _ in
            ["\(name) is set; the next deployment of \(found.slug)\(environment.place) uses it."]
        }
    }

    private func readValue() throws -> String {
        if file == nil, Terminal.input.isInteractive {
            guard !noInput else {
                throw CommandFailure(.usage, "There is nobody to ask for the value.", hint: "pass --file, or a pipe")
            }
            return try Prompt.secret("Value of \(name) (not shown): ", "value")
        }
        var text = try InputFile.text(of: file ?? "-")
        // "\r\n" is one character, which does not end with "\n".
        if text.last == "\n" || text.last == "\r\n" { text.removeLast() }
        guard !text.isEmpty else {
            throw CommandFailure(.noInput, "There is no value.", hint: "pass it on standard input, or with --file")
        }
        return text
    }
}

/// `wfctl workflows secrets list`
struct ListSecrets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the names of the secrets of a workflow.",
        usage: "wfctl workflows secrets list <workflow> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var environment: EnvironmentOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        let page = try await PlatformPage.read(
            client, "/workflows/\(found.id)/secrets", "workflow \(found.slug)", page,
            filters: environment.query)
        page.write(
            output, none: "The workflow has no secrets\(environment.place).",
            [
                .member("secret", "name"),
                ShownField("set") { IssueReport.count($0["revision"]?.intValue ?? 0, "time") },
                .time("changed", "updated_at"),
            ])
    }
}

/// `wfctl workflows secrets remove`
struct RemoveSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a secret; what runs has it until its next deployment.",
        usage: "wfctl workflows secrets remove <workflow> <name> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var environment: EnvironmentOptions

    @Argument(help: "The name of the secret.")
    var name: String

    @OptionGroup var confirmation: ConfirmationOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        try confirmation.confirm("Remove the secret \(name) of \(found.slug)\(environment.place) on \(client.url)?")
        try await client.delete(
            "/workflows/\(found.id)/secrets/\(ManagementClient.encoded(name))\(environment.query.text)",
            "secret \(name) of the workflow \(found.slug)")
        Console.note("\(name) is removed.")
    }
}
