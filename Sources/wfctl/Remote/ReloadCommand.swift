import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl reload`: has a server read its files again.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Has a server read its files again and change to what stands there.",
        usage: "wfctl reload [<options>]",
        discussion: "A configuration that does not work is refused, and what ran before goes on.")

    @OptionGroup var strands: StrandedOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.client()
        let body = JSONValue.object(try strands.json())
        let answer = try await client.send("POST", "/api/workflow/reload", body: body.jsonBytes(), seconds: 120)
        try ChangeReport(answer).write(output)
    }
}

/// What becomes of running instances whose state is gone.
struct StrandedOptions: ParsableArguments {
    @Flag(help: "Change even when running instances are in states that are gone, and leave them there.")
    var force = false

    @Option(
        help: "Where instances go whose state is gone, as JSON: {\"ticket\": {\"waiting\": \"paused\"}}.")
    var mapping: String?

    /// The options for the body of a request.
    ///
    /// - Throws: ``CommandFailure`` when the mapping is not JSON.
    func json() throws -> JSONObject {
        var body = JSONObject()
        if force { body["force"] = true }
        if let mapping { body["mapping"] = try mappingValue(mapping) }
        return body
    }

    /// Refuses to strand running instances that nobody has decided about.
    ///
    /// - Throws: ``CommandFailure``.
    func check(_ plan: ReloadPlan) throws {
        let count = plan.newlyStranded.reduce(0) { $0 + $1.count }
        guard count == 0 || force || mapping != nil else {
            throw CommandFailure(
                .refused, "\(IssueReport.count(count, "running instance")) would be in states that are gone.",
                hint: "say where they go with --mapping, or leave them there with --force")
        }
    }

    /// The options for the query of a request.
    func query() throws -> String {
        let values = try json().map { name, value in "\(name)=\(ManagementClient.encoded(value.jsonString()))" }
        return values.isEmpty ? "" : "?" + values.joined(separator: "&")
    }

    private func mappingValue(_ text: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw CommandFailure(
                .usage, "--mapping is not JSON: \(error)", hint: "write {\"DEFINITION\": {\"OLD\": \"NEW\"}}")
        }
    }
}
