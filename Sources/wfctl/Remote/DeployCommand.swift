import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl deploy`: puts a configuration on a server.
struct DeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Changes a server to a configuration: shows the plan, asks, and does it.",
        discussion: """
            The file takes the place of the server's. It is checked and compared there, with the variables of the server. \
            When somebody else changes the server meanwhile, nothing is done, and the exit code is 4. A configuration \
            that does not start or is not healthy is refused, and what ran before goes on.
            """)

    @Argument(
        help: "The configuration, one file; - for standard input. By default workflow.yaml or app.yaml.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @Flag(help: "Only show what would change.")
    var dryRun = false

    @Flag(help: "Wait until the application is healthy and was not taken back while the server observed it.")
    var wait = false

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
        let file = try file ?? ProjectFile.find(nil)
        let text = try InputFile.text(of: file)
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw CommandFailure(.configuration, "\(file) is empty.")
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
}
