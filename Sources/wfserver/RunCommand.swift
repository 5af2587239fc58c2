import ArgumentParser
import WorkflowServer

/// `wfserver run`: runs an application.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs an application.",
        discussion: """
            State is kept in .workflow beside the configuration unless a module of the configuration or --state says \
            otherwise. SIGTERM and SIGINT finish what is under way and stop; a second one stops at once.
            """)

    @Argument(help: "Configuration files or folders; several are merged.")
    var files: [String]

    @OptionGroup var options: RunOptions

    func run() async throws {
        try await options.run(files)
    }
}
