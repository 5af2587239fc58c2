import ArgumentParser
import WorkflowJavaScript
import WorkflowServer

@main
struct WFServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wfserver",
        abstract: "Runs applications that are described in YAML.",
        discussion: """
            Exit codes: 0 done, 64 wrong usage, 65 the configuration is wrong, 69 something that is needed cannot be had \
            (a port in use, a database that does not open), 70 a defect of wfserver.
            """,
        version: ServerVersion.current,
        subcommands: [
            RunCommand.self, PlatformCommand.self, QuotasCommand.self, ValidateCommand.self, GenerateDocsCommand.self,
        ])

    static func main() async {
        #if JavaScript
        // The script runtime starts this executable again for the processes that scripts run in.
        if CommandLine.arguments.dropFirst().first == JavaScriptWorker.argument { JavaScriptWorker.main() }
        #endif
        do {
            var command = try parseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
    }
}
