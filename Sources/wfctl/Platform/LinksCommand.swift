import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl links`: events of one workflow that reach another one.
struct LinksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "links",
        abstract: "Shows, makes and removes links, which have events of a workflow reach another.",
        subcommands: [ListLinks.self, CreateLink.self, RemoveLink.self, LinkDeadLettersCommand.self])
}

/// `wfctl links list`
struct ListLinks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the links that begin or end at a workflow, the newest first.",
        usage: "wfctl links list <workflow> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        let page = try await PlatformPage.read(client, "/workflows/\(found.id)/links", "workflow \(found.slug)", page)
        let names = output.output == .table && !page.items.isEmpty ? try await names(found, client) : [:]
        func end(_ title: String, _ key: String) -> ShownField {
            ShownField(title) { names[$0.shown(key)] ?? $0.shown(key) }
        }
        page.write(
            output, none: "\(found.slug) has no links.",
            [
                .member("id"), .member("events", "link_type"), end("from", "source_workflow_id"),
                end("to", "target_workflow_id"), ShownField("does", Self.effect),
            ])
    }

    /// The short names of the workflows of the company, by their identifiers.
    private func names(_ workflow: PlatformItem, _ client: PlatformClient) async throws -> [String: String] {
        let all = try await PlatformPage.all(
            client, "/workflows", "account", filters: QueryText(("company", workflow.json.shown("company_id"))))
        return Dictionary(all.map { ($0.shown("id"), $0.shown("slug")) }) { first, _ in first }
    }

    /// What a link does in its target.
    private static func effect(_ link: JSONValue) -> String {
        let config = link["config"] ?? .null
        let part = config.shown("workflow")
        if !part.isEmpty { return "runs \(part) \(config.shown("action"))" }
        let topic = config.shown("topic").isEmpty ? "" : " as \(config.shown("topic"))"
        return "publishes\(topic)" + (config.shown("broker").isEmpty ? "" : " in \(config.shown("broker"))")
    }
}

/// `wfctl links create`
struct CreateLink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Has events of a workflow reach another one of the company.",
        usage: "wfctl links create <workflow> <target> <events> [<options>]",
        discussion: """
            Events are named by their topic, of which `*` is any one segment and `**` any number. The target publishes \
            them, under --topic if it is given, or runs --part with --action.

              wfctl links create shop shipping 'order.*' --topic incoming.orders
              wfctl links create shop billing 'orders.paid' --part invoice --action create
            """)

    @OptionGroup var workflow: WorkflowOptions

    @Argument(help: "The workflow that they reach: its name, project/workflow or identifier.")
    var target: String

    @Argument(help: "Which events, such as 'order.*'.")
    var events: String

    @Option(help: "The topic of the messages in the target; by default that of the event.")
    var topic: String?

    @Option(help: "The broker of the target; by default all of them.")
    var broker: String?

    @Option(help: "The part of the target that is run, instead of a message.")
    var part: String?

    @Option(help: "With --part: the action.")
    var action: String?

    @Flag(help: "Let the link close a circle, which --hop-limit ends.")
    var allowCycle = false

    @Option(help: "How many links an event may have come through, this one included; by default 8.")
    var hopLimit: Int?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (part == nil) == (action == nil) else { throw ValidationError("--part and --action go together.") }
        guard part == nil || (topic == nil && broker == nil) else {
            throw ValidationError("--part runs something instead of a message, which --topic and --broker are about.")
        }
    }

    func run() async throws {
        let (client, found) = try await workflow.find()
        let other = try await workflow.place.directory(client).workflow(target)
        var config = JSONObject(given: ("topic", topic), ("broker", broker), ("workflow", part), ("action", action))
        if allowCycle { config["allow_cycle"] = true }
        if let hopLimit { config["hop_limit"] = .integer(Int64(hopLimit)) }
        let answer = try await client.send(
            "POST", "/workflows/\(found.id)/links",
            [
                "target_workflow_id": .string(other.id), "link_type": .string(events), "config": .object(config),
            ])
        let link = try answer.data("workflow \(found.slug)")
        output.write(link) { _, _ in ["\(events) of \(found.slug) reaches \(other.slug): \(link.shown("id"))."] }
    }
}

/// `wfctl links remove`
struct RemoveLink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a link, with what it has not delivered.",
        usage: "wfctl links remove <workflow> <link> [<options>]")

    @OptionGroup var link: LinkOptions

    @OptionGroup var confirmation: ConfirmationOptions

    func run() async throws {
        let (client, found, path) = try await link.find()
        try confirmation.confirm(
            "Remove the link \(link.link) of \(found.slug) on \(client.url), with what it has not delivered?")
        try await client.delete(path, "link \(link.link) of \(found.slug)")
        Console.note("\(link.link) is removed.")
    }
}

/// What a command about one link has.
struct LinkOptions: ParsableArguments {
    @OptionGroup var workflow: WorkflowOptions

    @Argument(help: "The identifier of the link; see `wfctl links list`.")
    var link: String

    /// Finds the workflow, and makes the path of the link.
    func find() async throws -> (client: PlatformClient, workflow: PlatformItem, path: String) {
        let (client, found) = try await workflow.find()
        return (client, found, "/workflows/\(found.id)/links/\(ManagementClient.encoded(link))")
    }
}
