import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Prints the version of wfctl and what was built into it.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        output.write(ProgramVersion.json) { width, style in
            var facts = FactTable()
            facts.add("wfctl", ProgramVersion.current)
            facts.add("build", "\(ProgramVersion.build), \(ProgramVersion.platform)")
            facts.add("traits", ProgramVersion.traits.joined(separator: ", "))
            return facts.lines(width: width, style: style)
        }
    }
}
