import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl inspect`: what is in a configuration.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Lists modules, routes, state machines, schedules and subscriptions of a configuration.",
        discussion: "Values of secret keys are not shown. The configuration need not be valid.")

    @Argument(
        help: "Configuration files or folders; several are merged. By default workflow.yaml or app.yaml.",
        completion: .file(extensions: ["yaml", "yml"]))
    var files: [String] = []

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let overview = try ApplicationOverview.load(ProjectFile.find(files))
        output.write(overview.json) { width, style in
            overview.tables.flatMap { title, table -> [String] in
                ["\(style.bold(title))"] + table.lines(width: width, style: style) + [""]
            }.dropLast()
        }
    }
}
