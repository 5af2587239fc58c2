import ArgumentParser
import Foundation
import WorkflowCommandLine

/// `wfctl generate-manual`: writes the manual pages and the reference of the command line. For Scripts/generate-docs,
/// so it is not listed.
struct GenerateManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate-manual",
        abstract: "Writes man/ and docs/cli.md from the declarations of the commands.",
        discussion: """
            Describes wfctl itself, and each program whose output of --experimental-dump-help is given as a file.
            """,
        shouldDisplay: false)

    @Argument(help: "The folder to write to; gets man/ and docs/cli.md.", completion: .directory)
    var folder: String

    @Option(help: "A file with the output of another program's --experimental-dump-help.", completion: .file())
    var program: [String] = []

    func run() throws {
        let texts = [WorkflowControl._dumpHelp()] + (try program.map(InputFile.text))
        let names = ["wfctl"] + program
        let programs = try zip(names, texts).map { name, text in try Self.program(text, from: name) }
        try write(MarkdownManual(programs).text, to: "\(folder)/docs/cli.md")
        for description in programs {
            try write(ManualPage(description).text, to: "\(folder)/man/\(description.commandName).1")
        }
        let pages = programs.map { "man/\($0.commandName).1" }.joined(separator: ", ")
        Terminal.output.write("Wrote docs/cli.md and \(pages) to \(folder).\n")
    }

    private static func program(_ text: String, from name: String) throws -> CommandDescription {
        do {
            return try CommandDescription(dump: text)
        } catch {
            throw CommandFailure(
                .noInput, "\(name) does not hold the description of a program: \(error)",
                hint: "make it with PROGRAM --experimental-dump-help")
        }
    }

    private func write(_ text: String, to path: String) throws {
        do {
            let file = URL(fileURLWithPath: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file, options: .atomic)
        } catch {
            throw CommandFailure(.cannotWrite, "\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
