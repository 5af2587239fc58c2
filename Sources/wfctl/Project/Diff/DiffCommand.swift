import ArgumentParser
import Foundation
import WorkflowCatalog
import WorkflowCommandLine
import WorkflowCore

/// `wfctl diff`: how what two configurations mean differs.
struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Shows how two configurations, or a file and what a server runs, differ.",
        usage: "wfctl diff <files> ... [<options>]",
        discussion: """
            What they mean is compared: comments, layout and the order of keys mean nothing. Values of secret keys are not \
            shown. `wfctl plan` tells what a change would do to an application instead.

            With one file, the server is asked, which compares with its own variables. With two, ${NAME} stands for the \
            variables of this shell. With --detailed-exitcode: 0 no differences, 1 something failed, 2 there are some.
            """)

    @Argument(
        help: "OLD and NEW, files or folders; or one file, which is compared with what the server runs.",
        completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Flag(help: "End with 0 for no differences, 1 for a failure, 2 for differences.")
    var detailedExitcode = false

    @OptionGroup var management: ManagementOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...2).contains(files.count) else {
            throw ValidationError("Name two configurations, or one to compare with what a server runs.")
        }
        let namesServer = management.server != nil || management.context != nil
        if files.count == 2, namesServer {
            throw ValidationError("With a server there is one file, which is compared with what it runs.")
        }
    }

    func run() async throws {
        let difference: ConfigurationComparison
        do {
            difference = files.count == 2 ? try compareFiles() : try await compareWithServer(files[0])
        } catch {
            guard detailedExitcode else { throw error }
            if !(error is ExitCode) { _ = Console.report(error) }
            throw ExitCode(ExitStatus.problem.rawValue)
        }
        output.write(difference.json) { difference.lines(width: $0, style: $1) }
        if detailedExitcode, !difference.isEmpty { throw ExitCode(ExitStatus.changes.rawValue) }
    }

    private func compareFiles() throws -> ConfigurationComparison {
        let (old, new) = (try load(files[0]), try load(files[1]))
        return ConfigurationComparison(from: old, to: new, registry: StandardCatalog.registry)
    }

    private func load(_ file: String) throws -> ApplicationConfiguration {
        let configuration = try ConfigurationCheck.load([file])
        if !configuration.issues.isEmpty {
            let count = IssueReport.count(configuration.issues.count, "error")
            Console.warn("\(file) has \(count); see `wfctl validate \(file)`.")
        }
        return configuration
    }

    private func compareWithServer(_ file: String) async throws -> ConfigurationComparison {
        let text = try InputFile.text(of: file)
        let client = try management.client()
        let plan = try await ServerPlan.request(text, file: file == "-" ? "<stdin>" : file, client, seconds: 60)
        return ConfigurationComparison(plan.json, places: places(in: text, file: file))
    }

    /// Where the parts of the file stand; nothing is known when it has to be read in another way on the server.
    private func places(in text: String, file: String) -> ConfigurationPlaces? {
        do {
            let variables = ProcessInfo.processInfo.environment
            return ConfigurationPlaces(
                try ApplicationConfiguration(
                    yaml: text, file: file == "-" ? "<stdin>" : file, environment: variables))
        } catch {
            return nil
        }
    }
}
