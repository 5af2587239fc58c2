import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

extension RemotePlan {
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
    ) async throws -> RemotePlan {
        let answer = try await client.send(
            "POST", "/api/workflow/plan", body: Array(text.utf8), headers: [("content-type", "application/yaml")],
            seconds: seconds)
        if answer.status == 422 {
            let issues = RemoteIssues.list(try answer.json()["issues"], file: file)
            guard !issues.isEmpty else { throw answer.failure }
            let report = IssueReport(issues)
            let terminal = Terminal.errors
            terminal.write(report.text(width: terminal.width, style: terminal.style, source: text) + "\n\n")
            Console.note("\(report.counts); nothing was changed.")
            throw ExitCode(ExitStatus.configuration.rawValue)
        }
        return RemotePlan(json: try answer.expectSuccess())
    }
}
