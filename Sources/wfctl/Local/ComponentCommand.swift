import ArgumentParser

/// `wfctl component`: scripts of components.
struct ComponentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "component", abstract: "Makes, checks and runs scripts of components.",
        subcommands: [NewComponent.self, CheckComponent.self, RunComponent.self])
}
