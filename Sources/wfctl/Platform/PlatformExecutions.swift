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
        var filters = QueryText()
        filters.add("environment", environment)
        filters.add("status", status)
        let page = try await PlatformPage.read(
            client, "/workflows/\(workflow.id)/executions", "workflow \(workflow.slug)", options, filters: filters)
        page.write(output, none: "There are no such executions.") { executions in
            var table = TextTable("id", "environment", "part", "trigger", "status", "started", "took", "error")
            for execution in executions {
                table.add(
                    execution.shown("id"), execution.shown("environment"), Self.part(execution),
                    execution.shown("trigger_type"), execution.shown("status"),
                    ShownTime.text(execution["started_at"]), ExecutionsCommand.time(execution["duration_ms"]),
                    execution.shown("error_message"))
            }
            return table
        }
    }

    /// Shows a run with its steps.
    func show(_ id: String, _ output: OutputOptions) async throws {
        let execution = try await client.get(Self.path(id), "execution \(id)")
        let steps = output.output == .table ? try await steps(id) : nil
        output.write(execution) { width, style in
            let lines = Self.facts(execution).lines(width: width, style: style)
            guard let steps, !steps.items.isEmpty else { return lines }
            return lines + [""] + Self.table(steps.items).lines(width: width, style: style)
        }
    }

    /// Shows the steps of a run alone.
    func showSteps(_ id: String, _ output: OutputOptions) async throws {
        try await steps(id).write(output, none: "No step is on record.", Self.table)
    }

    /// Does something with a run, and shows what has become of it.
    func change(_ id: String, _ action: String, _ body: JSONValue?, _ output: OutputOptions) async throws {
        let execution = try await client.send("POST", Self.path(id, "/\(action)"), body, seconds: 60)
            .data("execution \(id)")
        write(execution, output)
    }

    /// Starts a run.
    func trigger(
        _ workflow: PlatformItem, _ environment: EnvironmentOptions, _ body: JSONObject, _ output: OutputOptions
    ) async throws {
        let path = "/workflows/\(workflow.id)/trigger\(environment.query.text)"
        let execution = try await client.send("POST", path, .object(body), seconds: 60)
            .data("workflow \(workflow.slug)")
        write(execution, output)
    }

    private func write(_ execution: JSONValue, _ output: OutputOptions) {
        output.write(execution) { Self.facts(execution).lines(width: $0, style: $1) }
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

    private static func facts(_ execution: JSONValue) -> FactTable {
        var facts = FactTable()
        for (name, key) in [
            ("id", "id"), ("workflow", "workflow_id"), ("environment", "environment"), ("version", "version"),
            ("trigger", "trigger_type"),
            ("status", "status"), ("error", "error_message"), ("instance", "instance_id"),
            ("repeats", "origin_id"), ("from step", "origin_step"), ("called by", "parent_id"),
        ] {
            facts.add(name, execution.shown(key))
            if key == "version" { facts.add("part", part(execution)) }
        }
        facts.add("started", ShownTime.text(execution["started_at"]))
        facts.add("finished", ShownTime.text(execution["completed_at"]))
        facts.add("took", ExecutionsCommand.time(execution["duration_ms"]))
        return facts
    }

    private static func table(_ steps: [JSONValue]) -> TextTable {
        var table = TextTable("nr", "step", "type", "status", "took", "error")
        for step in steps {
            table.add(
                step.shown("sequence_num"), step.shown("step_name"), step.shown("step_type"), step.shown("status"),
                ExecutionsCommand.time(step["duration_ms"]), step.shown("error_message"))
        }
        return table
    }
}
