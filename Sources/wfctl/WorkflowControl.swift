import ArgumentParser
import Foundation
import Logging
import WorkflowCommandLine
import WorkflowCore
import WorkflowJavaScript

@main
struct WorkflowControl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wfctl",
        abstract: "Checks, shows and deploys applications that are described in YAML.",
        discussion: """
            Results go to standard output, messages to standard error. Commands that show something take \
            --output json or yaml for programs. Exit codes: 0 done, 64 wrong usage, 65 wrong configuration, 69 \
            unavailable, 77 not logged in; docs/wfctl.md has them all. `wfctl --version` prints the version.
            """,
        subcommands: [GenerateManualCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Project",
                subcommands: [InitCommand.self, DevCommand.self, RunProjectCommand.self]),
            CommandGroup(
                name: "Configuration",
                subcommands: [
                    ValidateCommand.self, TestCommand.self, PlanCommand.self, DiffCommand.self, InspectCommand.self,
                    GraphCommand.self, APICommand.self, ComponentCommand.self,
                ]),
            CommandGroup(
                name: "Server",
                subcommands: [
                    StatusCommand.self, DeployCommand.self, ReloadCommand.self, RollbackCommand.self,
                    HistoryCommand.self, ConfigCommand.self, ComponentsCommand.self, DeadLettersCommand.self,
                    InstancesCommand.self, TransitionCommand.self, ExecutionsCommand.self, LogsCommand.self,
                    EventsCommand.self,
                    ClusterCommand.self, LoginCommand.self, LogoutCommand.self, ContextCommand.self,
                ]),
            CommandGroup(
                name: "Platform",
                subcommands: [
                    CompaniesCommand.self, OrganizationsCommand.self, ProjectsCommand.self, WorkflowsCommand.self,
                    EnvironmentsCommand.self, PromotionsCommand.self, LinksCommand.self, DashboardCommand.self,
                    MembersCommand.self, InvitationsCommand.self, AuditCommand.self,
                ]),
            CommandGroup(
                name: "Reference",
                subcommands: [
                    ModulesCommand.self, SchemaCommand.self, DoctorCommand.self, CompletionCommand.self,
                    VersionCommand.self,
                ]),
        ])

    static func main() async {
        #if JavaScript
        // The script runtime starts this executable again for the processes that scripts run in.
        if CommandLine.arguments.dropFirst().first == JavaScriptWorker.argument { JavaScriptWorker.main() }
        #endif
        // A flag of the parser would be one of every command, where --version may be the version of something else.
        if CommandLine.arguments.dropFirst().elementsEqual(["--version"]) {
            print(ProgramVersion.current)
            return
        }
        do {
            try UnknownCommand.refuse(CommandLine.arguments.dropFirst(), of: Self.self)
        } catch {
            exit(withStatus: Console.report(error))
        }
        do {
            var command = try parseAsRoot()
            // `run` logs as a server does.
            if !(command is RunProjectCommand) { LoggingSystem.bootstrap { _ in MessageLogHandler() } }
            do {
                if var asyncCommand = command as? any AsyncParsableCommand {
                    try await asyncCommand.run()
                } else {
                    try command.run()
                }
                try checkOutput()
            } catch let error where !isForParser(error) {
                exit(withStatus: Console.report(error))
            }
        } catch {
            exit(withError: error)
        }
    }

    /// Whether the parser prints the error, with the usage of the command.
    private static func isForParser(_ error: any Error) -> Bool {
        error is ValidationError || error is ExitCode || error is CleanExit
            || String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }

    /// - Throws: ``CommandFailure`` when the result is not all there.
    private static func checkOutput() throws {
        guard let reason = Terminal.failure else { return }
        throw CommandFailure(.cannotWrite, "The result cannot be written: \(reason).")
    }

    private static func exit(withStatus status: ExitStatus) -> Never {
        Foundation.exit(status.rawValue)
    }
}
