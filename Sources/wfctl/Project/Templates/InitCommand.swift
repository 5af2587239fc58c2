import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl init`: makes a project.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a project from a template.",
        usage: "wfctl init [<folder>] [<options>]",
        discussion: """
            A project has a configuration, tests, a component, a README, a Dockerfile, and the JSON Schema for your editor. \
            Without --template, a terminal is asked; everywhere else it is "hello".
            """)

    @Argument(
        help: "The folder, which is made when there is none; by default the one you are in.", completion: .directory)
    var folder = "."

    @Option(
        name: .shortAndLong, help: "What to begin with; --list shows what there is.",
        completion: .list(ProjectTemplate.allCases.map(\.name)))
    var template: String?

    @Flag(help: "Only list the templates.")
    var list = false

    @Flag(help: "Write into a folder that is not empty; files of the same names are replaced.")
    var force = false

    @Flag(help: "Never ask; take the default.")
    var noInput = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        guard !list else { return writeGallery() }
        let template = try chosenTemplate()
        let project = NewProject(template: template, folder: folder)
        let files = try project.write(isForced: force)
        let next = (folder == "." ? [] : ["cd \(folder)"]) + template.nextCommands
        output.write([
            "template": .string(template.name), "folder": .string(folder), "name": .string(project.name),
            "files": .array(files.map(JSONValue.string)), "next": .array(next.map(JSONValue.string)),
        ]) { _, style in
            let title = "Made \(style.bold(PlainText.line(project.name))) from the template \(template.name):"
            return [title, ""] + files.map { "  \(PlainText.line($0))" } + ["", "Next:", ""]
                + next.map { "  \(style.green(PlainText.line($0)))" }
        }
    }

    private func chosenTemplate() throws -> ProjectTemplate {
        if let template { return try TemplateChoice.template(named: template) }
        guard !noInput, Terminal.input.isInteractive, Terminal.errors.isInteractive else {
            return TemplateChoice.standard
        }
        return TemplateChoice.ask()
    }

    private func writeGallery() {
        let all = ProjectTemplate.allCases
        output.write(.array(all.map { ["name": .string($0.name), "summary": .string($0.summary)] })) { width, style in
            var table = TextTable("name", "what it is")
            for template in all { table.add(template.name, template.summary) }
            return table.lines(width: width, style: style) + ["", "wfctl init NAME --template api"]
        }
    }
}
