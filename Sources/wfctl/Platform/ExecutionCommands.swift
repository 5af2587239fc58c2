import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl executions steps`
struct ListSteps: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steps", abstract: "On a platform: lists the steps of a run.",
        usage: "wfctl executions steps <id> [<options>]")

    @Argument(help: "The run.")
    var id: String

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await PlatformExecutions(client: management.platform()).showSteps(id, output)
    }
}

/// `wfctl executions trigger`
struct TriggerExecution: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger", abstract: "On a platform: starts a run of a workflow.",
        usage: "wfctl executions trigger <workflow> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var environment: EnvironmentOptions

    @Option(help: "The part of the workflow, such as a state machine; not needed when there is one only.")
    var part: String?

    @Option(help: "What is asked of it, such as the name of a transition.")
    var action: String?

    @Option(help: "What it gets: a JSON object, or @ and a file; @- for standard input.")
    var data: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        var body: JSONObject = [:]
        if let part { body["workflow"] = .string(part) }
        if let action { body["action"] = .string(action) }
        if let data { body["data"] = .object(try JSONArgument.object(data)) }
        let (client, found) = try await workflow.find()
        try await PlatformExecutions(client: client).trigger(found, environment, body, output)
    }
}

/// `wfctl executions cancel`
struct CancelExecution: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "On a platform: stops a run.",
        usage: "wfctl executions cancel <id> [<options>]")

    @Argument(help: "The run.")
    var id: String

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        try confirmation.confirm("Stop the execution \(id) on \(client.url)?")
        try await PlatformExecutions(client: client).change(id, "cancel", nil, output)
    }
}

/// `wfctl executions retry`
struct RetryExecution: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "On a platform: runs it again, as a new run.",
        usage: "wfctl executions retry <id> [<options>]")

    @Argument(help: "The run.")
    var id: String

    @Option(help: "Only from this step of an integration on, with the recorded results of those before it.")
    var fromStep: String?

    @Flag(help: "Only from the first step that failed on.")
    var fromFailure = false

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if fromStep != nil, fromFailure { throw ValidationError("Pass --from-step or --from-failure, not both.") }
    }

    func run() async throws {
        let executions = PlatformExecutions(client: try management.platform())
        guard fromStep != nil || fromFailure else { return try await executions.change(id, "retry", nil, output) }
        let body: JSONValue = fromStep.map { ["from_step": .string($0)] } ?? [:]
        try await executions.change(id, "replay", body, output)
    }
}
