public import ArgumentParser
import WorkflowCatalog
import WorkflowCommandLine
public import WorkflowCore

/// `wfctl modules`: the reference of all types.
struct ModulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modules", abstract: "Lists and explains the types that configurations may use.",
        subcommands: [ListModules.self, ShowModule.self])
}

extension ModuleDescriptor.Section: ExpressibleByArgument {}

/// `wfctl modules list`
struct ListModules: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists module types, workflow kinds and trigger kinds.")

    @Option(help: "Only those of modules, workflows or triggers: module, workflow or trigger.")
    var section: ModuleDescriptor.Section?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let types = StandardCatalog.registry.types.filter { section == nil || $0.descriptor.section == section }
        output.write(.array(types.map { ModuleReference($0.descriptor, $0.schema).shortJSON })) { width, style in
            var table = TextTable("type", "what it does")
            for type in types {
                let reference = ModuleReference(type.descriptor, type.schema)
                table.add(reference.page.title, type.descriptor.summary)
            }
            return table.lines(width: width, style: style)
        }
    }
}

/// `wfctl modules show`
struct ShowModule: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Explains a type with its keys and an example.",
        discussion: "Sections of workflows and triggers are named as they stand in a file, such as workflows.http.")

    @Argument(help: "The type, such as http.server or workflows.http.")
    var type: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let all = StandardCatalog.registry.types.map { ModuleReference($0.descriptor, $0.schema) }
        guard
            let reference = all.first(where: { $0.page.title == type })
                ?? all.first(where: { $0.descriptor.aliases.contains(type) || $0.descriptor.type == type })
        else {
            throw CommandFailure(
                .usage, "There is no type \"\(type)\".",
                hint: Suggestion.closest(to: type, among: all.map(\.page.title)).map { "did you mean \"\($0)\"?" }
                    ?? "see `wfctl modules list`")
        }
        output.write(reference.json) { width, style in
            MarkdownText(width: min(width ?? 100, 100), style: style).lines(of: reference.page.text)
        }
    }
}

/// A type with what is told about it.
struct ModuleReference {
    let descriptor: ModuleDescriptor
    private let schema: ConfigurationSchema

    init(_ descriptor: ModuleDescriptor, _ schema: ConfigurationSchema) {
        self.descriptor = descriptor
        self.schema = schema
    }

    /// The reference page.
    var page: ReferencePage { ReferencePage(descriptor: descriptor, schema: schema) }

    /// What a list tells.
    var shortJSON: JSONValue {
        [
            "type": .string(descriptor.type), "section": .string(descriptor.section.rawValue),
            "summary": .string(descriptor.summary), "status": .string(descriptor.status.rawValue),
        ]
    }

    /// Everything.
    var json: JSONValue {
        var document = shortJSON.objectValue ?? [:]
        document["aliases"] = .array(descriptor.aliases.map(JSONValue.string))
        document["details"] = .string(descriptor.details)
        document["provides"] = .array(descriptor.provides.map { .string($0.description) })
        document["requires"] = .array(
            descriptor.requires.map { ["kind": .string($0.kind.description), "optional": .bool($0.isOptional)] })
        document["schema"] = JSONSchemaDocument.schema(for: schema)
        document["examples"] = .array(
            descriptor.examples.map { ["title": .string($0.title), "yaml": .string($0.yaml)] })
        return .object(document)
    }
}
