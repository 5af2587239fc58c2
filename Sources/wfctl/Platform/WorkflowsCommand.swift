import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl workflows`: the workflows of a platform.
struct WorkflowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflows", abstract: "Shows and changes the workflows of a platform.",
        discussion: """
            A workflow is named by its short name, project/workflow, company/project/workflow or identifier; what is \
            left out is that of the context. `wfctl deploy` saves a configuration and has it run.
            """,
        subcommands: [
            ListWorkflows.self, ShowWorkflow.self, CreateWorkflow.self, ValidateWorkflow.self, WorkflowVersions.self,
            DiffWorkflow.self, WorkflowStatus.self, WorkflowLogs.self, DeployWorkflow.self, RollBackWorkflow.self,
            StopWorkflow.self,
            DeleteWorkflow.self, WorkflowSecretsCommand.self,
        ])
}

/// What a command about one workflow has.
struct WorkflowOptions: ParsableArguments {
    @Argument(help: "The workflow: its short name, project/workflow, company/project/workflow or identifier.")
    var workflow: String

    @OptionGroup var place: ProjectOptions

    @OptionGroup var management: ManagementOptions

    /// Finds the workflow.
    func find() async throws -> (client: PlatformClient, workflow: PlatformItem) {
        let client = try management.platform()
        return (client, try await place.directory(client).workflow(workflow))
    }
}

/// `wfctl workflows list`
struct ListWorkflows: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists workflows: those of a project, or all that you may see.",
        usage: "wfctl workflows list [<options>]")

    @Flag(help: "All that you may see, also of other companies and projects than that of the context.")
    var all = false

    @OptionGroup var place: ProjectOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let page = try await read(client)
        page.write(output, none: "There are no workflows; make one with `wfctl workflows create NAME`.") { workflows in
            var table = TextTable("workflow", "name", "status", "version", "runs", "id")
            for workflow in workflows {
                table.add(
                    workflow.shown("slug"), workflow.shown("name"), workflow.shown("status"),
                    workflow.shown("version"), workflow.shown("deployed_version"), workflow.shown("id"))
            }
            return table
        }
    }

    private func read(_ client: PlatformClient) async throws -> PlatformPage {
        let directory = place.directory(client)
        if all { return try await PlatformPage.read(client, "/workflows", "account", page) }
        if place.project != nil || (place.company == nil && client.project != nil) {
            let project = try await directory.project()
            return try await PlatformPage.read(
                client, "/projects/\(project.id)/workflows", "project \(project.slug)", page)
        }
        let company = try await directory.company()
        return try await PlatformPage.read(client, "/workflows", "account", page) {
            $0.shown("company_id") == company.id
        }
    }
}

/// `wfctl workflows show`
struct ShowWorkflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a workflow; with --config, its configuration alone.",
        usage: "wfctl workflows show <workflow> [<options>]")

    @Flag(help: "Only the configuration, as it was saved.")
    var config = false

    @Option(help: "With --config: of this version; by default the newest.")
    var version: Int?

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if version != nil, !config { throw ValidationError("--version goes with --config.") }
    }

    func run() async throws {
        let (client, found) = try await workflow.find()
        if config {
            let version = version.map { "/versions/\($0)" } ?? ""
            let subject = "version \(self.version ?? 0) of the workflow \(found.slug)"
            let document = try await client.get("/workflows/\(found.id)\(version)", subject)
            return Terminal.output.write(document.shown("config_yaml"))
        }
        let document = try await client.get("/workflows/\(found.id)", "workflow \(found.slug)")
        output.write(document) { WorkflowText.facts(document).lines(width: $0, style: $1) }
    }
}

/// `wfctl workflows create`
struct CreateWorkflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a workflow in a project; nothing runs before it is deployed.",
        usage: "wfctl workflows create <name> [<options>]")

    @Argument(help: "The name.")
    var name: String

    @Option(
        help: "The configuration, its first version; - for standard input.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @Option(help: "The short name, which never changes; made of the name by itself.")
    var slug: String?

    @Option(help: "What it is for.")
    var description: String?

    @OptionGroup var place: ProjectOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let text = try file.map { try InputFile.text(of: $0) }
        let client = try management.platform()
        let project = try await place.directory(client).project()
        var body: JSONObject = ["name": .string(name)]
        if let slug { body["slug"] = .string(slug) }
        if let description { body["description"] = .string(description) }
        if let text { body["config_yaml"] = .string(text) }
        let answer = try await client.send("POST", "/projects/\(project.id)/workflows", .object(body), seconds: 60)
        if let text, let file { try PlatformIssues.check(answer, text, file, "Nothing was saved.") }
        let workflow = try answer.data("project \(project.slug)")
        output.write(workflow) { WorkflowText.facts(workflow).lines(width: $0, style: $1) }
    }
}
