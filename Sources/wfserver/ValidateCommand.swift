import ArgumentParser
import WorkflowCommandLine
import WorkflowCore
import WorkflowServer

/// `wfserver validate`: checks a configuration without starting anything.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Checks a configuration without starting anything.")

    @Argument(help: "Configuration files or folders; several are merged.")
    var files: [String]

    func run() async throws {
        do {
            let configuration = try ConfigurationCheck.load(files)
            try await ConfigurationCheck.validate(configuration)
            print("The configuration is valid: \(IssueReport.count(configuration.modules.count, "module")).")
        } catch {
            throw ServerFailure.report(error)
        }
    }
}
