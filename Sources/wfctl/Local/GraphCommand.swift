import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl graph`: state machines, and which module refers to which.
struct GraphCommand: AsyncParsableCommand {
    /// How a graph is written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, mermaid
    }

    /// What is drawn.
    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case all, states, modules
    }

    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draws the state machines and the modules of a configuration.",
        discussion: """
            As text for a terminal, or as Mermaid, which GitHub, GitLab and many editors draw. One diagram is written \
            as it is; several as Markdown with a title and a fenced block each.
            """)

    @Argument(
        help: "Configuration files or folders; several are merged.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @Option(name: .shortAndLong, help: "text or mermaid.")
    var format: Format = .text

    @Option(help: "all, states or modules.")
    var of: Subject = .all

    @Option(help: "Only the state machine of this name.")
    var machine: String?

    func run() async throws {
        let overview = try ApplicationOverview.load(files)
        var graphs: [(title: String, lines: [String])] = []
        if of != .modules || machine != nil {
            graphs += try machines(of: overview).map { ("State machine \($0.name)", lines(of: $0)) }
        }
        if of != .states, machine == nil {
            let lines = format == .text ? overview.references.text : MermaidDiagram.lines(overview.references)
            graphs.append(("Modules", lines))
        }
        write(graphs)
    }

    private func machines(of overview: ApplicationOverview) throws -> [StateMachineOverview] {
        guard let machine else { return overview.stateMachines }
        let found = overview.stateMachines.filter { $0.name == machine }
        guard found.isEmpty else { return found }
        let names = overview.stateMachines.map(\.name)
        throw CommandFailure(
            .notFound, "The configuration has no state machine \"\(machine)\".",
            hint: Suggestion.text(for: machine, among: names, what: "state machines"))
    }

    private func lines(of machine: StateMachineOverview) -> [String] {
        format == .text ? machine.text : MermaidDiagram.lines(machine)
    }

    private func write(_ graphs: [(title: String, lines: [String])]) {
        let style = Terminal.output.style
        let blocks = graphs.map { graph -> [String] in
            switch format {
            case .text: return [style.bold(PlainText.line(graph.title))] + graph.lines.map { "  \($0)" }
            case .mermaid where graphs.count == 1: return graph.lines
            case .mermaid: return ["## \(PlainText.line(graph.title))", "", "```mermaid"] + graph.lines + ["```"]
            }
        }
        let text = blocks.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
        Terminal.output.write(text)
    }
}
