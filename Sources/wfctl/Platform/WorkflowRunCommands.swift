import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl workflows status`
struct WorkflowStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows what a workflow does now.",
        usage: "wfctl workflows status <workflow> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var environment: EnvironmentOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        let status = try await client.get(
            "/workflows/\(found.id)/status\(environment.query.text)", "workflow \(found.slug)")
        output.write(status) { width, style in
            var facts = FactTable()
            facts.add("workflow", found.slug)
            for (name, value) in WorkflowText.status(status) { facts.add(name, value) }
            let modules = status["modules"]?.arrayValue ?? []
            guard !modules.isEmpty else { return facts.lines(width: width, style: style) }
            var table = TextTable("module", "type")
            for module in modules { table.add(module.shown("name"), module.shown("type")) }
            return facts.lines(width: width, style: style) + [""] + table.lines(width: width, style: style)
        }
    }
}

/// Changes what runs of a workflow, and writes what has become of it.
private enum WorkflowChange {
    static func make(
        _ action: String, _ body: JSONValue?, _ workflow: PlatformItem, _ environment: EnvironmentOptions,
        _ client: PlatformClient, _ output: OutputOptions
    ) async throws {
        // With the state that the person was asked about: somebody else may have changed it meanwhile.
        let tag = workflow.json["revision"]?.intValue.map { "\"r\($0)\"" }
        let answer = try await client.send(
            "POST", "/workflows/\(workflow.id)/\(action)\(environment.query.text)", body, tag: tag, seconds: 120)
        try PlatformIssues.check(answer, nil, "<saved version>", "What ran before goes on.")
        let document = try answer.data("workflow \(workflow.slug)")
        output.write(document) { _, _ in
            let version = document["deployed_version"]?.intValue.map { ", version \($0)" } ?? ""
            return ["\(workflow.slug) is \(document.shown("status"))\(environment.place)\(version)."]
        }
    }
}

/// `wfctl workflows deploy`
struct DeployWorkflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Has a saved version run, also the same one again with new secrets.",
        usage: "wfctl workflows deploy <workflow> [<options>]",
        discussion: "`wfctl deploy FILE` saves a configuration first.")

    @Option(help: "The version; by default the newest.")
    var version: Int?

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var environment: EnvironmentOptions

    @OptionGroup var strands: StrandedOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        var body = try strands.json()
        let wanted = version.map { "version \($0)" } ?? "the newest version"
        try confirmation.confirm("Have \(wanted) of \(found.slug) run\(environment.place) on \(client.url)?")
        if let version { body["version"] = .integer(Int64(version)) }
        try await WorkflowChange.make("deploy", .object(body), found, environment, client, output)
    }
}

/// `wfctl workflows rollback`
struct RollBackWorkflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Has the version run again that ran before another one took its place.",
        usage: "wfctl workflows rollback <workflow> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var environment: EnvironmentOptions

    @OptionGroup var strands: StrandedOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        let body = try strands.json()
        try confirmation.confirm(
            "Have the version before run again of \(found.slug)\(environment.place) on \(client.url)?")
        try await WorkflowChange.make("rollback", .object(body), found, environment, client, output)
    }
}

/// `wfctl workflows stop`
struct StopWorkflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stops a workflow; its state is kept.",
        usage: "wfctl workflows stop <workflow> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var environment: EnvironmentOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        try confirmation.confirm("Stop \(found.slug)\(environment.place) on \(client.url)?")
        try await WorkflowChange.make("stop", nil, found, environment, client, output)
    }
}

/// `wfctl workflows delete`
struct DeleteWorkflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Stops a workflow, and removes its versions, secrets and state.",
        usage: "wfctl workflows delete <workflow> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var confirmation: ConfirmationOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        try confirmation.confirm("Remove \(found.slug) with its versions, secrets and state, for good?")
        _ = try await client.send("DELETE", "/workflows/\(found.id)", seconds: 120).data("workflow \(found.slug)")
        Console.note("\(found.slug) is removed.")
    }
}
