import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl workflows versions`
struct WorkflowVersions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "Lists the versions of a workflow, the newest first.",
        usage: "wfctl workflows versions <workflow> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        let page = try await PlatformPage.read(
            client, "/workflows/\(found.id)/versions", "workflow \(found.slug)", page)
        let running = found.json.shown("deployed_version")
        page.write(
            output, none: "There is no configuration yet; save one with `wfctl deploy`.",
            [
                .member("version"), .time("saved", "created_at"), .member("by", "updated_by_name"),
                .mark("runs") { $0.shown("version") == running },
            ])
    }
}

/// `wfctl workflows diff`
struct DiffWorkflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Shows what the deployment of a version in place of another one changes.",
        usage: "wfctl workflows diff <workflow> [<options>]")

    @Option(help: "The version; by default the newest.")
    var to: Int?

    @Option(help: "The version that it is compared with; by default the one that runs, else the one before.")
    var from: Int?

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        guard let newest = found.json["version"]?.intValue, newest > 0 else {
            throw CommandFailure(
                .notFound, "The workflow \(found.slug) has no configuration yet.", hint: "save one with `wfctl deploy`")
        }
        let version = to ?? newest
        let query = QueryText(("from", (from ?? found.json["deployed_version"]?.intValue).map(String.init)))
        let document = try await client.get(
            "/workflows/\(found.id)/versions/\(version)/diff\(query.text)", "such version of \(found.slug)")
        let plan = try PlatformPlan.plan(in: document)
        output.write(document) { plan.lines(width: $0, style: $1) }
    }
}

/// `wfctl workflows validate`
struct ValidateWorkflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Checks a configuration as the platform would, and saves nothing.",
        usage: "wfctl workflows validate <workflow> [<file>] [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @Argument(
        help: "The configuration; - for standard input. By default workflow.yaml or app.yaml.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (text, file) = try PlatformConfigurationFile.read(file)
        let (client, found) = try await workflow.find()
        let plan = try await PlatformPlan.request(text, file, found, client, seconds: 60)
        output.write(["valid": true, "deployed_version": plan["deployed_version"] ?? .null]) { _, _ in
            ["\(file) is valid for \(found.slug)."]
        }
    }
}
