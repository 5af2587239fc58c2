/// The parts of a configuration, with the schemas of their types.
struct ConfigurationParts {
    /// A module or section.
    struct Part {
        let section: ReloadPlan.Part.Section
        let name: String
        let type: String
        /// What it is set to, with the settings of its type.
        let node: ConfigurationNode
        /// What values stand there; `nil` for an unknown type, of which nothing may be shown.
        let schema: ConfigurationSchema?
        var dependsOn: [String] = []
        var branches: [String: String] = [:]
        /// Tells parts of one name apart, which only configurations with mistakes have.
        var number = 0

        var key: Key { Key(section: section, name: name, number: number) }
        var identifier: String { ReloadPlan.Part.identifier(section, name) }

        var added: ReloadPlan.Part { part(.add, []) }
        var removed: ReloadPlan.Part { part(.remove, []) }

        /// What changed from an earlier version of the part, or `nil`.
        func change(from old: Part, changedScript: String? = nil) -> ReloadPlan.Part? {
            let changes = type == old.type ? changes(from: old) : replacement(of: old)
            guard !changes.isEmpty || changedScript != nil else { return nil }
            var part = part(.change, changes)
            part.changedScript = changedScript
            return part
        }

        private func part(_ action: ReloadPlan.Action, _ changes: [ConfigurationChange]) -> ReloadPlan.Part {
            ReloadPlan.Part(section: section, name: name, type: type, action: action, changes: changes)
        }

        private var path: String { section == .module ? "config" : "" }

        private func changes(from old: Part) -> [ConfigurationChange] {
            var changes: [ConfigurationChange] = []
            if let schema {
                changes = ConfigurationDifference.changes(from: old.node, to: node, schema, path: path)
            } else if !node.hasSameMeaning(as: old.node) {
                let mark = ConfigurationRedactor.mark
                changes = [ConfigurationChange(path: path, old: mark, new: mark)]
            }
            return changes + links(from: old)
        }

        /// A part of another type has nothing in common with the earlier one but its name.
        private func replacement(of old: Part) -> [ConfigurationChange] {
            let type = ConfigurationChange(path: "type", old: .string(old.type), new: .string(type))
            func shown(_ part: Part) -> JSONValue {
                part.schema.map { ConfigurationRedactor.redact(part.node, $0) } ?? ConfigurationRedactor.mark
            }
            let settings = ConfigurationChange(path: path, old: shown(old), new: shown(self))
            return [type] + (settings.old == settings.new ? [] : [settings]) + links(from: old)
        }

        private func links(from old: Part) -> [ConfigurationChange] {
            var changes: [ConfigurationChange] = []
            func compare(_ path: String, _ old: JSONValue?, _ new: JSONValue?) {
                if old != new { changes.append(ConfigurationChange(path: path, old: old, new: new)) }
            }
            func list(_ names: [String]) -> JSONValue? { names.isEmpty ? nil : .array(names.map(JSONValue.string)) }
            compare("dependsOn", list(old.dependsOn), list(dependsOn))
            for outcome in Set(branches.keys).union(old.branches.keys).sorted() {
                compare(
                    "branches.\(outcome)", old.branches[outcome].map(JSONValue.string),
                    branches[outcome].map(JSONValue.string))
            }
            return changes
        }
    }

    /// What a part is found by.
    struct Key: Hashable {
        let section: ReloadPlan.Part.Section
        let name: String
        let number: Int
    }

    /// The modules in the order of the files, then the sections by name.
    let all: [Part]
    private let places: [Key: Int]

    init(_ configuration: ApplicationConfiguration, registry: ModuleRegistry) {
        let settings = Dictionary(
            configuration.settings.map { ($0.name, $0.configuration) }, uniquingKeysWith: { first, _ in first })
        var parts = configuration.modules.map { module in
            let entry = registry.entry(.module, module.type)
            let common = entry?.descriptor.settingsKey.flatMap { settings[$0] }
            return Part(
                section: .module, name: module.name, type: entry?.descriptor.type ?? module.type,
                node: Self.merge(module.configuration, common, entry?.schema), schema: entry?.schema,
                dependsOn: module.dependsOn.map(\.value), branches: module.branches)
        }
        func add(
            _ sections: [ApplicationConfiguration.Section], _ section: ReloadPlan.Part.Section,
            _ schema: (String) -> ConfigurationSchema?
        ) {
            parts += sections.sorted { $0.name < $1.name }.map {
                Part(section: section, name: $0.name, type: "", node: $0.configuration, schema: schema($0.name))
            }
        }
        add(configuration.workflows, .workflow) { registry.entry(.workflow, $0)?.schema }
        add(configuration.triggers, .trigger) { registry.entry(.trigger, $0)?.schema }
        let schemas = ConfigurationRedactor.settingsSchemas(registry)
        add(configuration.settings, .settings) { schemas[$0] }
        var counts: [Key: Int] = [:]
        var places: [Key: Int] = [:]
        for index in parts.indices {
            let key = parts[index].key
            parts[index].number = counts[key, default: 0]
            counts[key, default: 0] += 1
            places[parts[index].key] = index
        }
        all = parts
        self.places = places
    }

    subscript(key: Key) -> Part? { places[key].map { all[$0] } }

    /// The section of a kind, or `nil`.
    func section(_ section: ReloadPlan.Part.Section, _ name: String) -> Part? {
        self[Key(section: section, name: name, number: 0)]
    }

    /// The modules in order.
    var modules: some Sequence<Part> { all.lazy.filter { $0.section == .module } }

    /// What a module is set to: its own keys go before those of the settings of its type.
    private static func merge(
        _ own: ConfigurationNode, _ common: ConfigurationNode?, _ schema: ConfigurationSchema?
    ) -> ConfigurationNode {
        guard let schema, case .mapping(let others)? = common?.content, let entries = own.entries else { return own }
        let known = Set(entries.map { schema.child($0.key).key })
        var merged = own
        merged.content = .mapping(entries + others.filter { !known.contains(schema.child($0.key).key) })
        return merged
    }
}
