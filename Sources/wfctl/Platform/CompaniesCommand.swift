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
        page.write(
            output, none: "There are no companies; make one with `wfctl companies create NAME`.",
            CompanyText.columns("company", used: client.company))
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
        let body = JSONObject(given: ("name", name), ("slug", slug))
        let company = try await management.platform().send("POST", "/companies", .object(body)).data("account")
        output.write(company, CompanyText.facts)
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
        output.write(found.json, CompanyText.facts)
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
    static var facts: [ShownField] {
        [
            .member("name"), .member("short name", "slug"), .member("id"), .member("description"),
            .time("created", "created_at"), .time("changed", "updated_at"),
        ]
    }

    /// The columns of a list.
    ///
    /// - Parameters:
    ///   - kind: What is listed.
    ///   - used: Which of them the context has.
    static func columns(_ kind: String, used: ContextEntry.Place?) -> [ShownField] {
        [.member(kind, "slug"), .member("name"), .member("id"), .mark("used") { $0.shown("id") == used?.id }]
    }
}
