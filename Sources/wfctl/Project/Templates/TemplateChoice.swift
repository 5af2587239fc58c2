import WorkflowCommandLine
import WorkflowCore

/// Finds out which template a person wants.
enum TemplateChoice {
    /// What is taken when nobody says anything else.
    static let standard = ProjectTemplate.hello
    private static let margin = "  "

    /// The template of a name.
    ///
    /// - Throws: ``CommandFailure`` when there is none.
    static func template(named name: String) throws -> ProjectTemplate {
        if let template = ProjectTemplate(rawValue: name) { return template }
        let names = ProjectTemplate.allCases.map(\.name)
        throw CommandFailure(
            .usage, "There is no template \"\(PlainText.line(name))\".",
            hint: Suggestion.closest(to: name, among: names).map { "did you mean \"\($0)\"?" }
                ?? "there are \(names.joined(separator: ", "))")
    }

    /// Asks for a template, by number or name, until the answer is one; without an answer it is ``standard``.
    static func ask() -> ProjectTemplate {
        let terminal = Terminal.errors
        terminal.write("What shall it begin with?\n\n")
        let width = terminal.width.map { $0 - margin.count }
        for line in table.lines(width: width, style: terminal.style) { terminal.write("\(margin)\(line)\n") }
        while true {
            terminal.write("\nNumber or name [\(standard.name)]: ")
            guard let answer = readLine()?.filter({ !$0.isWhitespace }), !answer.isEmpty else { return standard }
            if let number = Int(answer), ProjectTemplate.allCases.indices.contains(number - 1) {
                return ProjectTemplate.allCases[number - 1]
            }
            do {
                return try template(named: answer)
            } catch {
                _ = Console.report(error)
            }
        }
    }

    private static var table: TextTable {
        var table = TextTable("", "name", "what it is")
        for (index, template) in ProjectTemplate.allCases.enumerated() {
            table.add("\(index + 1)", template.name, template.summary)
        }
        return table
    }
}
