import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl environments`: where the workflows of a company run.
struct EnvironmentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "environments", abstract: "Shows the environments of a company, and a workflow in each of them.",
        subcommands: [ListEnvironments.self])
}

/// `wfctl environments list`
struct ListEnvironments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the environments of a company; with --workflow, what is wanted in each.",
        usage: "wfctl environments list [<options>]")

    @Option(help: "The workflow: its name, project/workflow or identifier.")
    var workflow: String?

    @OptionGroup var place: ProjectOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    private static var approval: ShownField { .member("needs approval", "requires_approval") }

    func run() async throws {
        let client = try management.platform()
        let directory = place.directory(client)
        if let workflow {
            let found = try await directory.workflow(workflow)
            let document = try await client.get("/workflows/\(found.id)/environments", "workflow \(found.slug)")
            return write(
                document, document.arrayValue,
                [
                    .member("environment"), .member("wanted", "status"), .member("version", "deployed_version"),
                    .member("path"), Self.approval,
                ])
        }
        let company = try await directory.company()
        let document = try await client.get("/companies/\(company.id)/environments", "company \(company.slug)")
        write(document, document["environments"]?.arrayValue, [.member("environment", "name"), Self.approval])
    }

    private func write(_ document: JSONValue, _ items: [JSONValue]?, _ columns: [ShownField]) {
        output.write(document) { TextTable(items ?? [], columns).lines(width: $0, style: $1) }
    }
}
