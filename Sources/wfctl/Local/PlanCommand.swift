import ArgumentParser
import WorkflowCatalog
import WorkflowCommandLine
import WorkflowCore

/// `wfctl plan`: what a change of configuration would change.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Shows what a change from one configuration to another would do.",
        discussion: """
            Both are read here; use `wfctl deploy --dry-run` to compare with what runs on a server, which also knows the \
            running instances. A file that is to be compared must be readable; the new one must also be valid.

            With --detailed-exitcode: 0 no changes, 1 something failed, 2 there are changes.
            """)

    @Argument(help: "The configuration before: a file or folder.", completion: .file(extensions: ["yaml", "yml"]))
    var old: String

    @Argument(help: "The configuration after: a file or folder.", completion: .file(extensions: ["yaml", "yml"]))
    var new: String

    @Flag(help: "End with 0 for no changes, 1 for a failure, 2 for changes.")
    var detailedExitcode = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let plan: ReloadPlan
        do {
            plan = try await makePlan()
        } catch {
            guard detailedExitcode else { throw error }
            _ = Console.report(error)
            throw ExitCode(ExitStatus.problem.rawValue)
        }
        output.write(plan.json) { plan.lines(width: $0, style: $1) }
        if detailedExitcode, !plan.isEmpty { throw ExitCode(ExitStatus.changes.rawValue) }
    }

    private func makePlan() async throws -> ReloadPlan {
        let before = try ConfigurationCheck.load([old])
        let after = try ConfigurationCheck.load([new])
        try await ConfigurationCheck.validate(after)
        return ReloadPlan(from: before, to: after, registry: StandardCatalog.registry)
    }
}
