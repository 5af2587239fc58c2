import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl workflows status`
struct WorkflowStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows what a workflow does now.",
        usage: "wfctl workflows status <workflow> [<options>]")

    @OptionGroup var workflow: WorkflowOptions

    @OptionGroup var environment: EnvironmentOptions

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, found) = try await workflow.find()
        let status = try await client.get(
            "/workflows/\(found.id)/status\(environment.query.text)", "workflow \(found.slug)")
        output.write(status) { width, style in
            let lines = FactTable(status, [ShownField("workflow") { _ in found.slug }] + WorkflowText.status)
                .lines(width: width, style: style)
            let modules = status["modules"]?.arrayValue ?? []
            guard !modules.isEmpty else { return lines }
            let table = TextTable(modules, [.member("module", "name"), .member("type")])
            return lines + [""] + table.lines(width: width, style: style)
        }
    }
}
