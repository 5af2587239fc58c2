import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl dashboard`: what workflows did and logged, at a glance.
struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard", abstract: "Shows what the workflows of a company did and logged, or one of them.",
        usage: "wfctl dashboard [<workflow>] [<options>]",
        discussion: "Of a company it is about what you may see there; of a workflow it has the last ten runs.")

    @Argument(help: "The workflow: its name, project/workflow or identifier; by default all of the company.")
    var workflow: String?

    @OptionGroup var place: ProjectOptions

    @OptionGroup var page: PageOptions

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try management.platform()
        let directory = place.directory(client)
        guard let workflow else { return try await showCompany(try await directory.company(), client) }
        let found = try await directory.workflow(workflow)
        let document = try await client.get("/workflows/\(found.id)/dashboard", "workflow \(found.slug)")
        output.write(document) { width, style in
            let facts = [ShownField("workflow") { _ in found.slug }] + Self.activity
            let lines = FactTable(document, facts).lines(width: width, style: style)
            let runs = document["recent_executions"]?.arrayValue ?? []
            guard !runs.isEmpty else { return lines }
            return lines + [""] + TextTable(runs, PlatformExecutions.columns).lines(width: width, style: style)
        }
    }

    private func showCompany(_ company: PlatformItem, _ client: PlatformClient) async throws {
        let document = try await read(company, client)
        output.write(document) { width, style in
            let facts: [ShownField] =
                [
                    ShownField("company") { _ in company.slug },
                    ShownField("workflows") { item in
                        "\(item.shown("total_workflows")): \(Self.counts(item["workflow_counts"]))"
                    },
                ] + Self.activity
            let lines = FactTable(document, facts).lines(width: width, style: style)
            let workflows = document["workflow_summaries"]?.arrayValue ?? []
            guard !workflows.isEmpty else { return lines }
            return lines + [""] + TextTable(workflows, Self.columns).lines(width: width, style: style)
        }
        if let next = document["next_cursor"]?.stringValue, output.output == .table {
            Console.note("There are more: --cursor \(next)")
        }
    }

    /// The dashboard of a company, its workflows as many as are wanted.
    private func read(_ company: PlatformItem, _ client: PlatformClient) async throws -> JSONValue {
        let limit = page.limit ?? 100
        var (workflows, next): ([JSONValue], String?) = ([], page.cursor)
        var document = JSONValue.null
        repeat {
            let query = QueryText(
                ("company_id", company.id), ("page_size", "\(min(100, limit - workflows.count))"),
                ("cursor", next))
            document = try await client.get("/dashboard\(query.text)", "company \(company.slug)")
            workflows += document["workflow_summaries"]?.arrayValue ?? []
            next = document["next_cursor"]?.stringValue
        } while next != nil && workflows.count < limit
        document["workflow_summaries"] = .array(workflows)
        document["page_size"] = .integer(Int64(limit))
        return document
    }

    private static var activity: [ShownField] {
        [
            ShownField("executions") { counts($0["execution_counts"]) },
            ShownField("log lines") { counts($0["log_counts"]) },
        ]
    }

    private static var columns: [ShownField] {
        func count(_ title: String, _ group: String, _ key: String) -> ShownField {
            ShownField(title) { $0[group]?.shown(key) ?? "" }
        }
        return [
            .member("workflow", "workflow_name"), .member("status"), count("running", "executions", "running"),
            count("completed", "executions", "completed"), count("failed", "executions", "failed"),
            count("warnings", "log_counts", "warn"), count("errors", "log_counts", "error"),
        ]
    }

    /// The numbers that are not 0, with their names.
    private static func counts(_ counts: JSONValue?) -> String {
        let some = (counts?.objectValue ?? [:]).filter { $1 != 0 }.map { "\($1.intValue ?? 0) \($0)" }
        return some.isEmpty ? "none" : some.joined(separator: ", ")
    }
}
