import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl organizations`: the parts of a company.
struct OrganizationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organizations", abstract: "Shows and makes the organizations of a company on a platform.",
        subcommands: [ListOrganizations.self, CreateOrganization.self])
}

/// `wfctl organizations list`
struct ListOrganizations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the organizations of a company that you may see.",
        usage: "wfctl organizations list [<options>]")

    @OptionGroup var place: CompanyOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let company = try await PlatformDirectory(client: client).company(place.company)
        let page = try await PlatformPage.read(
            client, "/organizations", "company \(company.slug)", page,
            filters: PlatformWhereabouts(company: company.place).query)
        page.write(
            output, none: "There are none; make one with `wfctl organizations create NAME`.",
            [.member("organization", "slug"), .member("name"), .member("id")])
    }
}

/// `wfctl organizations create`
struct CreateOrganization: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes an organization in a company.",
        usage: "wfctl organizations create <name> [<options>]")

    @Argument(help: "The name.")
    var name: String

    @Option(help: "The short name; made of the name by itself.")
    var slug: String?

    @OptionGroup var place: CompanyOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let company = try await PlatformDirectory(client: client).company(place.company)
        let body = JSONObject(given: ("name", name), ("slug", slug))
        let made = try await client.send("POST", "/companies/\(company.id)/organizations", .object(body))
            .data("company \(company.slug)")
        output.write(made, CompanyText.facts)
    }
}
