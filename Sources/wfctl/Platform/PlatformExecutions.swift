import WorkflowCommandLine
import WorkflowCore

/// The runs of workflows on a platform.
struct PlatformExecutions {
    let client: PlatformClient

    /// Lists the runs of a workflow.
    ///
    /// - Parameters:
    ///   - name: The workflow.
    ///   - place: Where it is looked for.
    ///   - environment: Where it ran; `nil` for all environments.
    /// - Throws: ``CommandFailure``.
    func list(
        _ name: String?, _ place: ProjectOptions, environment: String?, status: String?, limit: Int, cursor: String?,
        _ output: OutputOptions
    ) async throws {
        guard let name else {
            throw CommandFailure(
                .usage, "It is not clear which workflow is meant.", hint: "pass --workflow; see `wfctl workflows list`")
        }
        let workflow = try await place.directory(client).workflow(name)
        var options = PageOptions()
        (options.limit, options.cursor) = (limit, cursor)
        let filters = QueryText(("environment", environment), ("status", status))
        let page = try await PlatformPage.read(
            client, "/workflows/\(workflow.id)/executions", "workflow \(workflow.slug)", options, filters: filters)
        page.write(output, none: "There are no such executions.", Self.columns)
    }

    /// The columns of a list of runs.
    static var columns: [ShownField] {
        [
            .member("id"), .member("environment"), ShownField("part", part), .member("trigger", "trigger_type"),
            .member("status"), .time("started", "started_at"), took, .member("error", "error_message"),
        ]
    }

    private static var took: ShownField { ShownField("took") { ExecutionsCommand.time($0["duration_ms"]) } }

    /// Shows a run with its steps.
    func show(_ id: String, _ output: OutputOptions) async throws {
        let execution = try await client.get(Self.path(id), "execution \(id)")
        let steps = output.output == .table ? try await steps(id) : nil
        output.write(execution) { width, style in
            let lines = FactTable(execution, Self.facts).lines(width: width, style: style)
            guard let steps, !steps.items.isEmpty else { return lines }
            return lines + [""] + TextTable(steps.items, Self.stepColumns).lines(width: width, style: style)
        }
    }

    /// Shows the steps of a run alone.
    func showSteps(_ id: String, _ output: OutputOptions) async throws {
        try await steps(id).write(output, none: "No step is on record.", Self.stepColumns)
    }

    /// Does something with a run, and shows what has become of it.
    func change(_ id: String, _ action: String, _ body: JSONValue?, _ output: OutputOptions) async throws {
        let execution = try await client.send("POST", Self.path(id, "/\(action)"), body, seconds: 60)
            .data("execution \(id)")
        output.write(execution, Self.facts)
    }

    /// Starts a run.
    func trigger(
        _ workflow: PlatformItem, _ environment: EnvironmentOptions, _ body: JSONObject, _ output: OutputOptions
    ) async throws {
        let path = "/workflows/\(workflow.id)/trigger\(environment.query.text)"
        let execution = try await client.send("POST", path, .object(body), seconds: 60)
            .data("workflow \(workflow.slug)")
        output.write(execution, Self.facts)
    }

    private func steps(_ id: String) async throws -> PlatformPage {
        var options = PageOptions()
        (options.limit, options.cursor) = (10_000, nil)
        return try await PlatformPage.read(client, Self.path(id, "/steps"), "execution \(id)", options)
    }

    private static func path(_ id: String, _ rest: String = "") -> String {
        "/executions/\(ManagementClient.encoded(id))\(rest)"
    }

    /// The part of the workflow, and what was asked of it.
    private static func part(_ execution: JSONValue) -> String {
        [execution.shown("workflow"), execution.shown("action")].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static var facts: [ShownField] {
        [
            .member("id"), .member("workflow", "workflow_id"), .member("environment"), .member("version"),
            ShownField("part", part), .member("trigger", "trigger_type"), .member("status"),
            .member("error", "error_message"), .member("instance", "instance_id"), .member("repeats", "origin_id"),
            .member("from step", "origin_step"), .member("called by", "parent_id"),
            .time("started", "started_at"), .time("finished", "completed_at"), took,
        ]
    }

    private static var stepColumns: [ShownField] {
        [
            .member("nr", "sequence_num"), .member("step", "step_name"), .member("type", "step_type"),
            .member("status"), took, .member("error", "error_message"),
        ]
    }
}
