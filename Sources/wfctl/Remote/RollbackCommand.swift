import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl rollback`: changes a server back to an earlier configuration.
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Changes a server back to an earlier configuration: shows the plan, asks, and does it.",
        usage: "wfctl rollback [<options>]",
        discussion: """
            See `wfctl history` for the versions. The rollback becomes a new version itself. When somebody else changes \
            the server meanwhile, nothing is done, and the exit code is 4.
            """)

    @Option(help: "The number of the version; by default the last one that means something else.")
    var version: Int?

    @Flag(help: "Only show what would change.")
    var dryRun = false

    @OptionGroup var strands: StrandedOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let version, version < 1 { throw ValidationError("--version is a number from 1.") }
    }

    func run() async throws {
        let client = try management.client()
        // Before the plan: whoever changes the server after it is noticed.
        let current = try await client.send("GET", "/api/workflow/config")
        _ = try current.expectSuccess()
        let answered = try await ServerPlan.requestRollback(to: version, client)
        guard let target = answered.json["version"]?.intValue else {
            throw current.notUnderstood("its plan does not say which version it goes back to")
        }
        if dryRun || answered.plan.isEmpty {
            output.write(answered.json) { answered.plan.lines(width: $0, style: $1) }
            return
        }
        try answered.show(output, strands)
        try confirmation.confirm("Change \(client.url) back to version \(target)?")
        var body = try strands.json()
        body["version"] = .integer(Int64(target))
        let answer = try await client.send(
            "POST", "/api/workflow/rollback", body: JSONValue.object(body).jsonBytes(),
            headers: current.etag.map { [("if-match", $0)] } ?? [], seconds: 120)
        try ChangeReport(answer).write(output, origin: target)
    }
}
