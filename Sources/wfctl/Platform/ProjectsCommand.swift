import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl projects`: the projects of a company.
struct ProjectsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "projects", abstract: "Shows, makes and removes projects on a platform, and chooses one.",
        discussion:
            "A project is named by its short name, company/project, company/organization/project or identifier.",
        subcommands: [
            ListProjects.self, CreateProject.self, ShowProject.self, UseProject.self, DeleteProject.self,
        ])
}

/// `wfctl projects list`
struct ListProjects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the projects of a company that you may see.",
        usage: "wfctl projects list [<options>]")

    @OptionGroup var place: CompanyOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let company = try await PlatformDirectory(client: client).company(place.company)
        let page = try await PlatformPage.read(
            client, "/projects", "company \(company.slug)", page,
            filters: PlatformWhereabouts(company: company.place).query)
        page.write(
            output, none: "There are no projects; make one with `wfctl projects create NAME`.",
            CompanyText.columns("project", used: client.project))
    }
}

/// `wfctl projects create`
struct CreateProject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a project in an organization.",
        usage: "wfctl projects create <name> [<options>]")

    @Argument(help: "The name.")
    var name: String

    @Option(help: "The short name; made of the name by itself.")
    var slug: String?

    @Option(help: "What it is for.")
    var description: String?

    @Option(help: "The organization: its short name or identifier; by default the only one.")
    var organization: String?

    @OptionGroup var place: CompanyOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let directory = PlatformDirectory(client: client)
        let company = try await directory.company(place.company)
        let organization = try await directory.organization(organization, of: company)
        let body = JSONObject(given: ("name", name), ("slug", slug), ("description", description))
        let project = try await client.send("POST", "/organizations/\(organization.id)/projects", .object(body))
            .data("organization \(organization.slug)")
        output.write(project, CompanyText.facts)
    }
}

/// `wfctl projects show`
struct ShowProject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a project.", usage: "wfctl projects show [<project>] [<options>]")

    @Argument(help: "The project; by default that of the context.")
    var project: String?

    @OptionGroup var place: CompanyOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let directory = PlatformDirectory(client: try management.platform(), companyName: place.company)
        output.write(try await directory.project(project).json, CompanyText.facts)
    }
}

/// `wfctl projects use`
struct UseProject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use", abstract: "Has commands be about a project, and its company, from now on.",
        usage: "wfctl projects use <project> [<options>]")

    @Argument(help: "The project.")
    var project: String

    @OptionGroup var place: CompanyOptions

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let client = try management.platform()
        let directory = PlatformDirectory(client: client, companyName: place.company)
        let found = try await directory.project(project)
        let company = try await directory.company(found.json.shown("company_id"))
        try await PlatformPlace.use(company.place, found.place, client)
    }
}

/// `wfctl projects delete`
struct DeleteProject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Removes a project with its workflows, their secrets and their state.",
        usage: "wfctl projects delete <project> [<options>]")

    @Argument(help: "The project.")
    var project: String

    @OptionGroup var place: CompanyOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let client = try management.platform()
        let found = try await PlatformDirectory(client: client, companyName: place.company).project(project)
        try confirmation.confirm("Remove the project \(found.slug) with all its workflows on \(client.url), for good?")
        try await client.delete("/projects/\(found.id)", "project \(found.slug)")
        Console.note("\(found.slug) is removed.")
    }
}
