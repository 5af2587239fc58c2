import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl links deadletters`: events that the target of a link has not taken.
struct LinkDeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadletters", abstract: "Shows events that the target has not taken, and what becomes of them.",
        subcommands: [ListLinkDeadLetters.self, RedriveLinkDeadLetters.self, DeleteLinkDeadLetters.self])
}

/// `wfctl links deadletters list`
struct ListLinkDeadLetters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists events that the target of a link has not taken, the newest first.",
        usage: "wfctl links deadletters list <workflow> <link> [<options>]")

    @OptionGroup var link: LinkOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found, path) = try await link.find()
        let page = try await PlatformPage.read(
            client, "\(path)/dead-letters", "link \(link.link) of \(found.slug)", page)
        page.write(
            output, none: "The target has taken everything.",
            [
                .member("id"), .member("event", "event_type"), .member("tries", "attempts"),
                .time("since", "created_at"), .member("error", "last_error"),
            ])
    }
}

/// `wfctl links deadletters redrive`
struct RedriveLinkDeadLetters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive", abstract: "Delivers events again that the target has not taken: all, or some.",
        usage: "wfctl links deadletters redrive <workflow> <link> [<ids> ...]")

    @OptionGroup var link: LinkOptions

    @Argument(help: "The identifiers of the events; all when there are none.")
    var ids: [String] = []

    func run() async throws {
        let (client, found, path) = try await link.find()
        let bodies = ids.isEmpty ? [JSONObject()] : ids.map { JSONObject(given: ("delivery_id", $0)) }
        var count = 0
        for (index, body) in bodies.enumerated() {
            let subject = ids.isEmpty ? "link \(link.link) of \(found.slug)" : "dead letter \(ids[index])"
            let answer = try await client.send("POST", "\(path)/dead-letters/redrive", .object(body)).data(subject)
            count += answer["redriven"]?.intValue ?? 0
        }
        Console.note("\(IssueReport.count(count, "event")) to be delivered again.")
    }
}

/// `wfctl links deadletters delete`
struct DeleteLinkDeadLetters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Forgets events that the target has not taken, for good.",
        usage: "wfctl links deadletters delete <workflow> <link> <ids> ...")

    @OptionGroup var link: LinkOptions

    @Argument(help: "The identifiers of the events.")
    var ids: [String]

    @OptionGroup var confirmation: ConfirmationOptions

    func run() async throws {
        let (client, found, path) = try await link.find()
        let events = IssueReport.count(ids.count, "event")
        try confirmation.confirm("Forget \(events) of \(found.slug) on \(client.url) for good?")
        for id in ids {
            try await client.delete("\(path)/dead-letters/\(ManagementClient.encoded(id))", "dead letter \(id)")
            Console.note("\(id) is forgotten.")
        }
    }
}
