import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl deploy`: puts a configuration on a server.
struct DeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Changes a server or a workflow to a configuration: shows the plan, asks, and does it.",
        discussion: """
            The file takes the place of the server's. It is checked and compared there, with the variables of the server. \
            When somebody else changes the server meanwhile, nothing is done, and the exit code is 4. A configuration \
            that does not start or is not healthy is refused, and what ran before goes on.

            On a platform the configuration becomes a version of a workflow, the one that --workflow or `name` in the \
            file names, and that version is deployed.
            """)

    @Argument(
        help: "The configuration, one file; - for standard input. By default workflow.yaml or app.yaml.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @Flag(help: "Only show what would change.")
    var dryRun = false

    @Flag(help: "Wait until the application is healthy and was not taken back while the server observed it.")
    var wait = false

    @Flag(help: "On a platform; by itself that is known from the context, or asked at the address.")
    var platform = false

    @Option(help: "On a platform: the workflow, by default the one that `name` in the file names.")
    var workflow: String?

    @OptionGroup var place: ProjectOptions

    @Option(help: "Seconds for the whole deployment, with the wait.")
    var timeout = 60

    @Option(help: "With --wait: seconds that the server observes a new configuration, as it was started with.")
    var observation = 10

    @OptionGroup var strands: StrandedOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...3600).contains(timeout) else { throw ValidationError("--timeout is from 1 to 3600 seconds.") }
        guard (0...3600).contains(observation) else {
            throw ValidationError("--observation is from 0 to 3600 seconds.")
        }
    }

    func run() async throws {
        let (text, file) = try PlatformConfigurationFile.read(file)
        let isPlatform = if platform { true } else { try await management.isPlatform() }
        if isPlatform { return try await deployOnPlatform(text, file) }
        guard workflow == nil, place.company == nil, place.project == nil else {
            throw CommandFailure(
                .usage, "A single server has no workflows, companies or projects.",
                hint: "name a platform with --server or --context")
        }
        let client = try management.client()
        // Before the plan: whoever changes the server after it is noticed.
        let current = try await client.send("GET", "/api/workflow/config")
        _ = try current.expectSuccess()
        let answered = try await ServerPlan.request(
            text, file: file == "-" ? "<stdin>" : file, client, seconds: timeout)
        if dryRun || answered.plan.isEmpty {
            output.write(answered.json) { answered.plan.lines(width: $0, style: $1) }
            return
        }
        try answered.show(output, strands)
        try confirmation.confirm("Change \(client.url) to this?")
        let answer = try await client.send(
            "PUT", "/api/workflow/config\(try strands.query())", body: Array(text.utf8),
            headers: [("content-type", "application/yaml")] + (current.etag.map { [("if-match", $0)] } ?? []),
            seconds: timeout)
        let report = try ChangeReport(answer)
        try report.write(output, source: text, file: file)
        if wait, report.status == "reloaded" {
            let generation = report.json["generation"]?.intValue ?? 0
            try await DeploymentWatch(client: client, generation: generation, timeout: .seconds(timeout))
                .run(observation: .seconds(observation))
        }
    }

    private func deployOnPlatform(_ text: String, _ file: String) async throws {
        let client = try management.platform()
        try await PlatformDeployment(
            client: client, directory: place.directory(client), workflow: workflow, dryRun: dryRun,
            observation: wait ? observation : nil, timeout: timeout, strands: strands, confirmation: confirmation,
            output: output
        ).run(text, file: file)
    }
}
