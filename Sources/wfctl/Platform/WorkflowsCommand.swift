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
            StopWorkflow.self, DeleteWorkflow.self, WorkflowSecretsCommand.self, LabelsCommand.self,
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

    @Option(help: "Only those with this label, as name=value; several times for all of several.")
    var label: [LabelArgument] = []

    @OptionGroup var place: ProjectOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let directory = self.place.directory(client)
        let place = all ? PlatformWhereabouts() : try directory.place
        var filters = place.query
        for label in label { filters.add("label", "\(label.name):\(label.value)") }
        let page = try await PlatformPage.read(client, "/workflows", "account", page, filters: filters)
        if page.items.isEmpty { try await directory.check(place) }
        page.write(
            output, none: "There are no workflows\(place.text); make one with `wfctl workflows create NAME`.",
            [
                .member("workflow", "slug"), .member("name"), .member("status"), .member("version"),
                .member("runs", "deployed_version"), .member("id"),
            ])
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
        try WorkflowChangeOptions.check(version)
    }

    func run() async throws {
        let (client, found) = try await workflow.find()
        if config {
            let path = version.map { "/versions/\($0)" } ?? ""
            let subject = (version.map { "version \($0) of the " } ?? "") + "workflow \(found.slug)"
            let document = try await client.get("/workflows/\(found.id)\(path)", subject)
            let text = document.shown("config_yaml")
            guard output.output != .table else { return Terminal.output.write(text) }
            return output.write(["version": document["version"] ?? .null, "config_yaml": .string(text)]) { _, _ in [] }
        }
        let document = try await client.get("/workflows/\(found.id)", "workflow \(found.slug)")
        output.write(document, WorkflowText.facts)
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
        let body = JSONObject(
            given: ("name", name), ("slug", slug), ("description", description), ("config_yaml", text))
        let answer = try await client.send("POST", "/projects/\(project.id)/workflows", .object(body), seconds: 60)
        if let text, let file { try PlatformIssues.check(answer, text, file, "Nothing was saved.") }
        let workflow = try answer.data("project \(project.slug)")
        output.write(workflow, WorkflowText.facts)
    }
}
