import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// What a command has that changes what runs of a workflow.
struct WorkflowChangeOptions: ParsableArguments {
    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var environment: EnvironmentOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var output: OutputOptions

    /// Asks, makes the change, and writes what has become of the workflow.
    ///
    /// - Parameters:
    ///   - action: The last part of the path.
    ///   - body: What the request says.
    ///   - question: What would be done with a workflow, without where.
    func make(_ action: String, _ body: JSONObject? = nil, question: (String) -> String) async throws {
        let (client, found) = try await workflow.find()
        try confirmation.confirm("\(question(found.slug))\(environment.place) on \(client.url)?")
        // With the state that the person was asked about: somebody else may have changed it meanwhile.
        let answer = try await client.send(
            "POST", "/workflows/\(found.id)/\(action)\(environment.query.text)", body.map(JSONValue.object),
            tag: found.tag, seconds: 120)
        try PlatformIssues.check(answer, nil, "<saved version>", "What ran before goes on.")
        let document = try answer.data("workflow \(found.slug)")
        output.write(document) { _, _ in
            let version = document["deployed_version"]?.intValue.map { ", version \($0)" } ?? ""
            return ["\(found.slug) is \(document.shown("status"))\(environment.place)\(version)."]
        }
    }

    /// Has a saved version run.
    ///
    /// - Parameters:
    ///   - version: The version; `nil` for the newest.
    ///   - strands: What becomes of running instances.
    func deploy(_ version: Int?, _ strands: StrandedOptions) async throws {
        var body = try strands.json()
        if let version { body["version"] = .integer(Int64(version)) }
        let wanted = version.map { "version \($0)" } ?? "the newest version"
        try await make("deploy", body) { "Have \(wanted) of \($0) run" }
    }

    /// - Throws: ``ValidationError`` for what no version can be.
    static func check(_ version: Int?) throws {
        if let version, version < 1 { throw ValidationError("--version is a number from 1.") }
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

    @OptionGroup var strands: StrandedOptions

    @OptionGroup var change: WorkflowChangeOptions

    func validate() throws { try WorkflowChangeOptions.check(version) }

    func run() async throws {
        try await change.deploy(version, strands)
    }
}

/// `wfctl workflows rollback`
struct RollBackWorkflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Has the version run again that ran before another one took its place.",
        usage: "wfctl workflows rollback <workflow> [<options>]",
        discussion: "See `wfctl workflows versions` for the versions. --version is as with `wfctl workflows deploy`.")

    @Option(help: "The version; by default the one that ran before.")
    var version: Int?

    @OptionGroup var strands: StrandedOptions

    @OptionGroup var change: WorkflowChangeOptions

    func validate() throws { try WorkflowChangeOptions.check(version) }

    func run() async throws {
        if version != nil { return try await change.deploy(version, strands) }
        try await change.make("rollback", strands.json()) { "Have the version run again that ran before of \($0)" }
    }
}

/// `wfctl workflows stop`
struct StopWorkflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stops a workflow; its state is kept.",
        usage: "wfctl workflows stop <workflow> [<options>]")

    @OptionGroup var change: WorkflowChangeOptions

    func run() async throws {
        try await change.make("stop") { "Stop \($0)" }
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
        try confirmation.confirm(
            "Remove \(found.slug) with its versions, secrets and state on \(client.url), for good?")
        try await client.delete("/workflows/\(found.id)", "workflow \(found.slug)", tag: found.tag)
        Console.note("\(found.slug) is removed.")
    }
}
