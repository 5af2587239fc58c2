import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// Says which command a person may have meant; the parser only says that it is none.
enum UnknownCommand {
    /// Looks at the names of commands at the beginning of the arguments.
    ///
    /// - Throws: ``CommandFailure`` for a name that there is not.
    static func refuse(_ arguments: ArraySlice<String>, of command: any ParsableCommand.Type) throws {
        let configuration = command.configuration
        let children = configuration.subcommands + configuration.groupedSubcommands.flatMap { $0.subcommands }
        guard !children.isEmpty, let name = arguments.first, !name.hasPrefix("-"), name != "help" else { return }
        if let child = children.first(where: { $0.configuration.commandName == name }) {
            return try refuse(arguments.dropFirst(), of: child)
        }
        let names = children.compactMap { $0.configuration.commandName }
        let parent = configuration.commandName.map { $0 == "wfctl" ? "" : " \($0)" } ?? ""
        throw CommandFailure(
            .usage, "There is no command \"\(name)\".",
            hint: Suggestion.closest(to: name, among: names).map { "did you mean `wfctl\(parent) \($0)`?" }
                ?? "see `wfctl\(parent) --help`")
    }
}
