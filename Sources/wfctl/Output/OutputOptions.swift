public import ArgumentParser
public import WorkflowCommandLine
import WorkflowCore

extension OutputFormat: ExpressibleByArgument {}

/// How a command writes its result.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "table for people, json or yaml for programs.")
    var output: OutputFormat = .table

    /// Writes a result to standard output.
    ///
    /// - Parameters:
    ///   - document: The result for programs.
    ///   - lines: The lines for people, of a width if it is given.
    func write(
        _ document: @autoclosure () -> JSONValue, lines: (_ width: Int?, _ style: TextStyle) -> [String]
    ) {
        let terminal = Terminal.output
        if output == .table {
            let lines = lines(terminal.width, terminal.style)
            terminal.write(lines.map { $0 + "\n" }.joined())
        } else if let text = output.text(document()) {
            terminal.write(text)
        }
    }

    /// Writes a result, for people as facts about it.
    func write(_ document: JSONValue, _ facts: [ShownField]) {
        write(document) { FactTable(document, facts).lines(width: $0, style: $1) }
    }
}
