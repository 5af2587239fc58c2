import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl companies`: the companies of a platform.
struct CompaniesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "companies", abstract: "Shows and makes companies on a platform, and chooses one.",
        subcommands: [ListCompanies.self, CreateCompany.self, ShowCompany.self, UseCompany.self])
}

/// `wfctl companies list`
struct ListCompanies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the companies in which you have a role.",
        usage: "wfctl companies list [<options>]")

    @OptionGroup var page: PageOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let page = try await PlatformPage.read(client, "/companies", "account", page)
        page.write(output, none: "There are no companies; make one with `wfctl companies create NAME`.") { companies in
            var table = TextTable("company", "name", "id", "used")
            for company in companies {
                table.add(
                    company.shown("slug"), company.shown("name"), company.shown("id"),
                    company.shown("id") == client.company?.id ? "*" : "")
            }
            return table
        }
    }
}

/// `wfctl companies create`
struct CreateCompany: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a company, whose owner you are.",
        usage: "wfctl companies create <name> [<options>]")

    @Argument(help: "The name.")
    var name: String

    @Option(help: "The short name; made of the name by itself.")
    var slug: String?

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        var body: JSONObject = ["name": .string(name)]
        if let slug { body["slug"] = .string(slug) }
        let company = try await management.platform().send("POST", "/companies", .object(body)).data("account")
        output.write(company) { CompanyText.facts(company).lines(width: $0, style: $1) }
    }
}

/// `wfctl companies show`
struct ShowCompany: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a company.", usage: "wfctl companies show [<company>] [<options>]")

    @Argument(help: "Its short name or identifier; by default that of the context.")
    var company: String?

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let found = try await PlatformDirectory(client: management.platform()).company(company)
        output.write(found.json) { CompanyText.facts(found.json).lines(width: $0, style: $1) }
    }
}

/// `wfctl companies use`
struct UseCompany: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use", abstract: "Has commands be about a company from now on.",
        usage: "wfctl companies use <company> [<options>]")

    @Argument(help: "Its short name or identifier.")
    var company: String

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let client = try management.platform()
        let found = try await PlatformDirectory(client: client).company(company)
        try await PlatformPlace.use(found.place, nil, client)
    }
}

/// Companies, organizations and projects for people.
enum CompanyText {
    static func facts(_ item: JSONValue) -> FactTable {
        var facts = FactTable()
        for (name, key) in [
            ("name", "name"), ("short name", "slug"), ("id", "id"), ("description", "description"),
        ] {
            facts.add(name, item.shown(key))
        }
        facts.add("created", ShownTime.text(item["created_at"]))
        facts.add("changed", ShownTime.text(item["updated_at"]))
        return facts
    }
}
