import ArgumentParser
import WorkflowCatalog
import WorkflowCommandLine

/// `wfctl schema`: the JSON Schema of configuration files.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints the JSON Schema of configuration files, for editors.",
        discussion: """
            Save it, and name it in the first line of a configuration:

              wfctl schema > workflow.schema.json
              # yaml-language-server: $schema=workflow.schema.json
            """)

    func run() throws {
        Terminal.output.write(ReferenceDocumentation(registry: StandardCatalog.registry).schema)
    }
}
