import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl graph`: state machines, and which module refers to which.
struct GraphCommand: AsyncParsableCommand {
    /// How a graph is written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, mermaid, svg
    }

    /// What is drawn.
    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case all, states, modules
    }

    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draws the state machines and the modules of a configuration.",
        usage: "wfctl graph [<files> ...] [<options>]",
        discussion: """
            As text for a terminal, as Mermaid, which GitHub, GitLab and many editors draw, or as an SVG picture, \
            which follows the light or dark look of its reader. One Mermaid diagram is written as it is; several as \
            Markdown with a title and a fenced block each. Several pictures are one below the other.
            """)

    @Argument(
        help: "Configuration files or folders; several are merged. By default workflow.yaml or app.yaml.",
        completion: .file(extensions: ["yaml", "yml"]))
    var files: [String] = []

    @Option(name: .shortAndLong, help: "text, mermaid or svg.")
    var format: Format = .text

    @Option(help: "all, states or modules.")
    var of: Subject = .all

    @Option(help: "Only the state machine of this name.")
    var machine: String?

    func run() async throws {
        let overview = try ApplicationOverview.load(ProjectFile.find(files))
        if format == .svg {
            Terminal.output.write(try picture(of: overview))
            return
        }
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

    /// Everything that is asked for, one below the other.
    private func picture(of overview: ApplicationOverview) throws -> String {
        var drawings: [(title: String, drawing: SVGDrawing)] = []
        if of != .modules || machine != nil {
            drawings += try machines(of: overview).map { ($0.name, StateMachineDrawing($0).drawing) }
        }
        if of != .states, machine == nil { drawings.append(("Modules", ModuleDrawing(overview.references).drawing)) }
        var page = SVGDrawing()
        for (title, drawing) in drawings {
            if page.size.height > 0 { page.size.height += 40 }
            page.text(title, Point(x: 0, y: page.size.height + 16), class: "title")
            page.add(drawing, at: Point(x: 0, y: page.size.height + 36))
            page.size.height += 36 + drawing.size.height
            page.size.width = max(page.size.width, drawing.size.width, TextMeasure.width(title, size: 17))
        }
        return page.document(title: drawings.map(\.title).joined(separator: ", "))
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
            case .text, .svg: return [style.bold(PlainText.line(graph.title))] + graph.lines.map { "  \($0)" }
            case .mermaid where graphs.count == 1: return graph.lines
            case .mermaid: return ["## \(PlainText.line(graph.title))", "", "```mermaid"] + graph.lines + ["```"]
            }
        }
        let text = blocks.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
        Terminal.output.write(text)
    }
}
