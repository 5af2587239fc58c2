import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl deadletters`: messages that no handler could handle.
struct DeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadletters", abstract: "Shows messages that could not be handled, and what becomes of them.",
        subcommands: [ListDeadLetters.self, RedriveDeadLetter.self, DeleteDeadLetter.self])
}

/// `wfctl deadletters list`
struct ListDeadLetters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists messages that could not be handled, the oldest first.",
        usage: "wfctl deadletters list [<options>]")

    @Option(help: "Only those of this broker.")
    var broker: String?

    @Option(help: "How many at most, from 1 to 1000.")
    var limit = 100

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit is from 1 to 1000.") }
    }

    func run() async throws {
        let client = try management.client()
        let filter = broker.map { "&broker=\(ManagementClient.encoded($0))" } ?? ""
        let answer = try await client.send("GET", "/api/workflow/dead-letters?limit=\(limit)\(filter)")
        let document = try answer.expectSuccess()
        guard let letters = document["deadLetters"]?.arrayValue else {
            throw answer.notUnderstood("the answer has no \"deadLetters\"")
        }
        if letters.isEmpty, output.output == .table { return Console.note("There are no dead letters.") }
        output.write(document) { width, style in
            var table = TextTable("broker", "id", "subscription", "error")
            for letter in letters {
                table.add(
                    letter["broker"]?.stringValue ?? "", letter["id"]?.stringValue ?? "",
                    letter["subscription"]?.stringValue ?? "", letter["error"]?.stringValue ?? "")
            }
            return table.lines(width: width, style: style)
        }
    }
}

/// `wfctl deadletters redrive`
struct RedriveDeadLetter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive", abstract: "Delivers messages again to the subscription that gave up.",
        usage: "wfctl deadletters redrive <broker> <ids> ... [<options>]")

    @Argument(help: "The broker.")
    var broker: String

    @Argument(help: "The identifiers of the messages.")
    var ids: [String]

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let client = try management.client()
        for id in ids {
            let path = "\(ManagementClient.encoded(broker))/\(ManagementClient.encoded(id))/redrive"
            _ = try await client.send("POST", "/api/workflow/dead-letters/\(path)").expectSuccess()
            Console.note("\(id) is delivered again.")
        }
    }
}

/// `wfctl deadletters delete`
struct DeleteDeadLetter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Forgets messages for good.",
        usage: "wfctl deadletters delete <broker> <ids> ... [<options>]")

    @Argument(help: "The broker.")
    var broker: String

    @Argument(help: "The identifiers of the messages.")
    var ids: [String]

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let client = try management.client()
        try confirmation.confirm(
            "Forget \(IssueReport.count(ids.count, "message")) of \(broker) on \(client.url) for good?")
        for id in ids {
            let path = "\(ManagementClient.encoded(broker))/\(ManagementClient.encoded(id))"
            _ = try await client.send("DELETE", "/api/workflow/dead-letters/\(path)").expectSuccess()
            Console.note("\(id) is forgotten.")
        }
    }
}
