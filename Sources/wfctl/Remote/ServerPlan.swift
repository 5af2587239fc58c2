import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// What a server says that a change of its configuration would do.
struct ServerPlan {
    /// The document of the server.
    let json: JSONValue
    /// What it says.
    let plan: ReloadPlan

    private init(_ answer: ManagementAnswer) throws {
        json = try answer.expectSuccess()
        do {
            plan = try ReloadPlan(json: json)
        } catch {
            throw answer.notUnderstood("\(error)")
        }
    }

    /// Asks a server what a configuration would change there.
    ///
    /// - Parameters:
    ///   - text: The configuration.
    ///   - file: What it is called here.
    ///   - client: The server.
    ///   - seconds: How long the answer may take.
    /// - Throws: ``CommandFailure``; `ExitCode` for a configuration with errors, which have been printed.
    static func request(
        _ text: String, file: String, _ client: ManagementClient, seconds: Int
    ) async throws -> ServerPlan {
        let answer = try await client.send(
            "POST", "/api/workflow/plan", body: Array(text.utf8), headers: [("content-type", "application/yaml")],
            seconds: seconds)
        try throwIssues(of: answer, source: text, file: file)
        return try ServerPlan(answer)
    }

    /// Asks a server what going back to an earlier configuration would change there.
    ///
    /// - Parameters:
    ///   - version: Its number in the history; `nil` for the one before.
    ///   - client: The server.
    /// - Throws: ``CommandFailure``; `ExitCode` for a configuration that is no longer valid, whose errors have been
    ///   printed.
    static func requestRollback(to version: Int?, _ client: ManagementClient) async throws -> ServerPlan {
        let target = version.map(String.init) ?? "previous"
        let answer = try await client.send("POST", "/api/workflow/plan?version=\(target)", seconds: 60)
        try throwIssues(of: answer, source: nil, file: nil)
        return try ServerPlan(answer)
    }

    private static func throwIssues(of answer: ManagementAnswer, source: String?, file: String?) throws {
        guard answer.status == 422 else { return }
        let issues = RemoteIssues.list(try answer.json()["issues"], file: file)
        guard !issues.isEmpty else { throw answer.failure }
        throw RemoteIssues.show(issues, source: source, consequence: "Nothing was changed.")
    }

    /// Shows what would change, and refuses to strand running instances that nobody has decided about.
    ///
    /// - Parameters:
    ///   - output: How.
    ///   - strands: What becomes of running instances.
    /// - Throws: ``CommandFailure``.
    func show(_ output: OutputOptions, _ strands: StrandedOptions) throws {
        if output.output == .table { output.write(.null) { plan.lines(width: $0, style: $1) + [""] } }
        try strands.check(plan)
    }
}
