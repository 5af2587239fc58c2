import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl executions`: the runs of integrations on a server, and those of workflows on a platform.
struct ExecutionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "executions",
        abstract: "Shows what ran on a server or a platform, and starts and ends it on a platform.",
        discussion: "Which of them is meant, the context says, or what answers at --server.",
        subcommands: [
            ListExecutions.self, ShowExecution.self, ListSteps.self, TriggerExecution.self, CancelExecution.self,
            RetryExecution.self,
        ])

    /// A number of milliseconds for people.
    static func time(_ value: JSONValue?) -> String {
        value?.doubleValue.map { milliseconds in
            milliseconds < 10_000 ? "\(Int(milliseconds)) ms" : "\((milliseconds / 100).rounded() / 10) s"
        } ?? ""
    }
}

/// `wfctl executions list`
struct ListExecutions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists runs, the newest first: of integrations, or of a workflow.",
        usage: "wfctl executions list [<options>]")

    @Option(help: "Only those of this integration; on a platform, the workflow.")
    var workflow: String?

    @Option(help: "Only those of this status, such as running, completed or failed.")
    var status: String?

    @Option(help: "On a platform: only those of this environment; by default of all.")
    var environment: String?

    @OptionGroup var place: ProjectOptions

    @Option(help: "How many at most, from 1 to 500.")
    var limit = 50

    @Option(help: "Where to go on.")
    var cursor: String?

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...500).contains(limit) else { throw ValidationError("--limit is from 1 to 500.") }
    }

    func run() async throws {
        if try await management.isPlatform() {
            return try await PlatformExecutions(client: management.platform()).list(
                workflow, place, environment: environment, status: status, limit: limit, cursor: cursor,
                output)
        }
        let client = try management.client()
        var found: [JSONValue] = []
        var next = cursor
        repeat {
            var query = QueryText()
            query.add("workflow", workflow)
            query.add("status", status)
            query.add("limit", "\(limit - found.count)")
            query.add("cursor", next)
            let answer = try await client.send("GET", "/api/workflow/executions\(query.text)")
            let page = try answer.expectSuccess()
            guard let executions = page["executions"]?.arrayValue else {
                throw answer.notUnderstood("the answer has no \"executions\"")
            }
            found += executions
            next = page["next"]?.stringValue
        } while next != nil && found.count < limit
        let executions = found
        let document: JSONValue = ["executions": .array(executions), "next": next.map { .string($0) } ?? .null]
        if executions.isEmpty, output.output == .table { return Console.note("There are no such executions.") }
        output.write(document) { width, style in
            var table = TextTable("id", "workflow", "status", "started", "took", "error")
            for execution in executions {
                table.add(
                    execution["id"]?.stringValue ?? "", execution["workflow"]?.stringValue ?? "",
                    execution["status"]?.stringValue ?? "", ShownTime.text(execution["startedAt"]),
                    ExecutionsCommand.time(execution["durationMs"]), execution["error"]?.stringValue ?? "")
            }
            return table.lines(width: width, style: style)
        }
        if let next, output.output == .table { Console.note("There are more: --cursor \(next)") }
    }
}

/// `wfctl executions show`
struct ShowExecution: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows the steps of a run: how they ended, and how long they took.",
        usage: "wfctl executions show <id> [<options>]")

    @Argument(help: "The run.")
    var id: String

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        if try await management.isPlatform() {
            return try await PlatformExecutions(client: management.platform()).show(id, output)
        }
        let client = try management.client()
        let document = try await client.get("/api/workflow/executions/\(ManagementClient.encoded(id))")
        output.write(document) { width, style in
            var facts = FactTable()
            for (name, key) in [("id", "id"), ("workflow", "workflow"), ("status", "status"), ("error", "error")] {
                facts.add(name, document[key]?.stringValue)
            }
            facts.add("started", ShownTime.text(document["startedAt"]))
            facts.add("finished", ShownTime.text(document["finishedAt"]))
            facts.add("left out", document["omittedSteps"]?.intValue.map { IssueReport.count($0, "step") })
            let steps = document["steps"]?.arrayValue ?? []
            let lines = facts.lines(width: width, style: style)
            guard !steps.isEmpty else { return lines }
            var table = TextTable("step", "connector", "status", "tries", "took", "error")
            for step in steps {
                table.add(
                    step["name"]?.stringValue ?? "", step["connector"]?.stringValue ?? "",
                    step["status"]?.stringValue ?? "", step["attempts"]?.intValue.map(String.init) ?? "",
                    ExecutionsCommand.time(step["durationMs"]), step["error"]?.stringValue ?? "")
            }
            return lines + [""] + table.lines(width: width, style: style)
        }
    }
}
