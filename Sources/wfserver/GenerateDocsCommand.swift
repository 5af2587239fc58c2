import ArgumentParser
import WorkflowCatalog
import WorkflowCommandLine

/// `wfserver generate-docs`: writes the reference pages and the JSON Schema of the configuration.
struct GenerateDocsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate-docs",
        abstract: "Writes the reference pages of all module types and the JSON Schema of the configuration.")

    @Argument(help: "The folder to write to; gets modules/ and schema/.")
    var folder: String

    func run() throws {
        let count = try ReferenceDocumentation(registry: StandardCatalog.registry).write(to: folder)
        print("Wrote \(count) pages to \(folder)/modules and the schema to \(folder)/schema.")
    }
}
