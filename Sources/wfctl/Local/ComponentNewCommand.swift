import ArgumentParser
import Foundation
import WorkflowCommandLine
import WorkflowCore

/// `wfctl component new`
struct NewComponent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Begins a component, with a test beside it.",
        discussion: """
            Writes NAME.js, NAME.test.yaml, which `wfctl test` runs, and NAME.component.yaml, the configuration that \
            both the test and `wfctl component run` use. Nothing is overwritten.
            """)

    @Argument(help: "The name: letters, digits and hyphens, such as price-order.")
    var name: String

    @Option(
        help: ArgumentHelp("The folder to write to; it is made when it is not there.", valueName: "folder"),
        completion: .directory)
    var folder = "components"

    func run() throws {
        let scaffold = try ComponentScaffold(name: name)
        let files = scaffold.files.map { (path: "\(folder)/\($0.name)", text: $0.text) }
        if let taken = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) {
            throw CommandFailure(
                .cannotWrite, "\(taken.path) is there already; nothing was written.",
                hint: "choose another name, or another --folder")
        }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for file in files {
                // A file that came into being meanwhile is kept as well.
                try Data(file.text.utf8).write(to: URL(fileURLWithPath: file.path), options: .withoutOverwriting)
            }
        } catch {
            throw CommandFailure(
                .cannotWrite, "The component cannot be written to \(folder): \(error.localizedDescription)")
        }
        Terminal.output.write(files.map { $0.path + "\n" }.joined())
        Console.note(
            """
            Try it:   wfctl component run \(folder)/\(name).js --input -
            Test it:  wfctl test \(folder)
            Use it:   {name: \(name), type: dynamic.component, config: {source: \(folder)/\(name).js}}
            """)
    }
}
