import WorkflowCommandLine
import WorkflowCore

/// Which module, workflow section or trigger section refers to which module.
struct ModuleReferences {
    /// One reference.
    struct Reference: Hashable {
        /// A module, or a section such as `workflows.http`.
        let source: String
        /// The module.
        let target: String
    }

    /// The modules with their types, in the order of the files.
    let modules: [(name: String, type: String)]
    /// The sections that refer to modules.
    let sections: [String]
    /// The references, each once, in the order of the files.
    let all: [Reference]

    /// Finds the references of a configuration.
    init(_ configuration: ApplicationConfiguration, registry: ModuleRegistry) {
        modules = configuration.modules.map { ($0.name, $0.type) }
        let schemas = registry.types.flatMap { type in
            ([type.descriptor.type] + type.descriptor.aliases).map { ("\(type.descriptor.section) \($0)", type.schema) }
        }
        let schema = Dictionary(schemas, uniquingKeysWith: { first, _ in first })
        let names = Set(configuration.modules.map(\.name))
        var found: [Reference] = []
        var known: Set<Reference> = []
        func add(_ source: String, _ targets: [String]) {
            for target in targets where names.contains(target) && target != source {
                let reference = Reference(source: source, target: target)
                if known.insert(reference).inserted { found.append(reference) }
            }
        }
        func add(_ source: String, _ kind: ModuleDescriptor.Section, _ type: String, _ node: ConfigurationNode) {
            if let schema = schema["\(kind) \(type)"] { add(source, Self.names(in: node, schema)) }
        }
        for module in configuration.modules {
            add(module.name, .module, module.type, module.configuration)
            add(module.name, module.branches.sorted { $0.key < $1.key }.map(\.value) + module.dependsOn.map(\.value))
        }
        for section in configuration.workflows {
            add("workflows.\(section.name)", .workflow, section.name, section.configuration)
        }
        for section in configuration.triggers {
            add("triggers.\(section.name)", .trigger, section.name, section.configuration)
        }
        all = found
        sections =
            (configuration.workflows.map { "workflows.\($0.name)" }
            + configuration.triggers.map { "triggers.\($0.name)" })
            .filter { section in found.contains { $0.source == section } }
    }

    /// The modules that a module or section refers to.
    func targets(of source: String) -> [String] { all.filter { $0.source == source }.map(\.target) }

    /// The names of modules below a node.
    private static func names(in node: ConfigurationNode, _ schema: ConfigurationSchema) -> [String] {
        switch (schema, node.content) {
        case (.reference, .scalar): node.text.map { [$0] } ?? []
        case (.list(let element), .sequence(let elements)): elements.flatMap { names(in: $0, element) }
        case (.list(let element), .scalar): names(in: node, element)
        case (.map(let value), .mapping(let entries)): entries.flatMap { names(in: $0.value, value) }
        case (.object(let fields), .mapping(let entries)):
            entries.flatMap { entry in
                fields.first { $0.name == entry.key || $0.aliases.contains(entry.key) }
                    .map { names(in: entry.value, $0.schema) } ?? []
            }
        default: []
        }
    }

    /// Every module and section with what it refers to.
    var text: [String] {
        let parts = sections.map { ($0, "") } + modules.map { ($0.name, " (\($0.type))") }
        return parts.flatMap { name, note in
            [PlainText.line(name + note)] + targets(of: name).map { "  -> \(PlainText.line($0))" }
        }
    }
}
