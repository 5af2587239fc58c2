import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl rollback`: changes a server back to an earlier configuration.
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Changes a server back to an earlier configuration.",
        usage: "wfctl rollback [<options>]",
        discussion: "See `wfctl history` for the versions. The rollback becomes a new version itself.")

    @Option(help: "The number of the version; by default the last one that means something else.")
    var version: Int?

    @OptionGroup var strands: StrandedOptions

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let version, version < 1 { throw ValidationError("--version is a number from 1.") }
    }

    func run() async throws {
        let client = try management.client()
        var body = try strands.json()
        if let version { body["version"] = .integer(Int64(version)) }
        let target = version.map { "version \($0)" } ?? "the configuration before"
        try confirmation.confirm("Change \(client.url) back to \(target)?")
        let answer = try await client.send(
            "POST", "/api/workflow/rollback", body: JSONValue.object(body).jsonBytes(), seconds: 120)
        let report = try ChangeReport(answer)
        try report.write(output, origin: try await origin(of: report, client))
    }

    /// The version that a server has gone back to; `nil` when its history does not tell.
    private func origin(of report: ChangeReport, _ client: ManagementClient) async throws -> Int? {
        guard output.output == .table, let number = report.json["version"]?.intValue else { return nil }
        if let version { return version }
        let history = try await client.send("GET", "/api/workflow/history")
        guard history.status == 200 else { return nil }
        let versions = try history.json()["versions"]?.arrayValue ?? []
        guard let hash = versions.first(where: { $0["version"]?.intValue == number })?["hash"] else { return nil }
        return versions.filter { $0["hash"] == hash && $0["status"]?.stringValue != "rolledBack" }
            .compactMap { $0["version"]?.intValue }.filter { $0 < number }.max()
    }
}
