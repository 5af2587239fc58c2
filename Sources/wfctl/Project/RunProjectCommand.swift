import ArgumentParser
import WorkflowServer

/// `wfctl run`: runs a project as `wfserver run` does.
struct RunProjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs the application of a project, as a server does.",
        discussion: """
            The same as `wfserver run`: its options, its log, its exit codes. `wfctl dev` is for development.
            """)

    @Argument(
        help: "The configuration; by default workflow.yaml or app.yaml in the folder you are in.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @OptionGroup var options: RunOptions

    func run() async throws {
        try await options.run([try ProjectFile.find(file)])
    }
}
