/// A configuration whose parts have been decoded, checked against each other and put in order.
struct GenerationPlan: Sendable {
    /// One module, workflow section or trigger section.
    struct Part: Sendable {
        let name: String
        let entry: ModuleRegistry.Entry
        let configuration: any Sendable
        /// The settings that it was decoded from, with those of the section of its type.
        let node: ConfigurationNode
        let location: SourceLocation
        /// Where it stands within its file, such as `modules[3]`.
        let path: String
        /// The modules that the named outcomes of a conditional lead to.
        var branches: [String: String] = [:]
        /// The modules that must be there before it can be created.
        var needs: Set<String> = []
        /// Whether one of its references is wrong, which has been told.
        var hasWrongReference = false
    }

    /// What was planned.
    let configuration: ApplicationConfiguration
    /// The parts in the order in which they are created.
    let parts: [Part]
    /// The same parts in the order in which they are prepared and activated.
    let startOrder: [Part]
    /// Everything that is wrong; when there is something, the parts are those that can be looked at all the same.
    let issues: [ConfigurationIssue]
    /// The modules that are not among the parts because something is wrong with them.
    let missing: Set<String>
    /// What the modules provide, by name; without those of unknown types.
    let provisions: [String: [ServiceKind]]
    /// Whether there is a section of `workflows` that is not among the parts.
    let lacksWorkflow: Bool

    /// Decodes and checks a configuration.
    init(_ configuration: ApplicationConfiguration, registry: ModuleRegistry) {
        var builder = PlanBuilder(configuration: configuration, registry: registry)
        self = builder.build()
    }

    fileprivate init(
        configuration: ApplicationConfiguration, parts: [Part], startOrder: [Part], issues: [ConfigurationIssue],
        missing: Set<String>,
        provisions: [String: [ServiceKind]], lacksWorkflow: Bool
    ) {
        self.configuration = configuration
        self.parts = parts
        self.startOrder = startOrder
        self.issues = issues
        self.missing = missing
        self.provisions = provisions
        self.lacksWorkflow = lacksWorkflow
    }
}

/// Decodes the parts of a configuration and finds their order.
private struct PlanBuilder {
    let configuration: ApplicationConfiguration
    let registry: ModuleRegistry
    var decoder = ConfigurationDecoder()
    /// The types of the modules by name, as far as they are known.
    var entries: [String: ModuleRegistry.Entry] = [:]

    init(configuration: ApplicationConfiguration, registry: ModuleRegistry) {
        self.configuration = configuration
        self.registry = registry
        decoder.fail(configuration.issues)
        decoder.fileAccess = registry.fileAccess
    }

    mutating func build() -> GenerationPlan {
        checkSettings()
        var modules = decodeModules()
        var workflows = sections(configuration.workflows, .workflow)
        var triggers = sections(configuration.triggers, .trigger)
        let (dependencies, wrong) = checkReferences()
        for index in modules.indices { modules[index].hasWrongReference = modules[index].names(anyOf: wrong) }
        for index in workflows.indices { workflows[index].hasWrongReference = workflows[index].names(anyOf: wrong) }
        for index in triggers.indices { triggers[index].hasWrongReference = triggers[index].names(anyOf: wrong) }
        let order = order(modules, dependencies)
        let names = Set(configuration.modules.map(\.name))
        let missing = names.subtracting(order.creation.map { modules[$0].name })
        func arranged(_ indices: [Int]) -> [GenerationPlan.Part] {
            let ordered = indices.map { modules[$0] }
            let (ingress, resident) = (
                ordered.filter(\.entry.descriptor.isIngress), ordered.filter { !$0.entry.descriptor.isIngress }
            )
            return resident + workflows + triggers + ingress
        }
        return GenerationPlan(
            configuration: configuration, parts: arranged(order.creation), startOrder: arranged(order.start),
            issues: decoder.issues,
            missing: missing, provisions: entries.mapValues(\.descriptor.provides),
            lacksWorkflow: workflows.count < configuration.workflows.count)
    }

    private mutating func decodeModules() -> [GenerationPlan.Part] {
        var modules: [GenerationPlan.Part] = []
        for module in configuration.modules where !decoder.isFull && !module.type.isEmpty {
            guard let entry = registry.entry(.module, module.type) else {
                if let reason = registry.refusal(of: module.type) {
                    decoder.fail(
                        at: module.location, path: "\(module.path).type", "\"\(module.type)\" is not available here",
                        suggestion: reason)
                    continue
                }
                decoder.fail(
                    at: module.location, path: "\(module.path).type", "unknown module type \"\(module.type)\"",
                    suggestion: UnavailableTypes.advice(for: module.type)
                        ?? Suggestion.text(for: module.type, among: registry.names(.module), what: "module types"))
                continue
            }
            if !module.branches.isEmpty, !entry.descriptor.hasBranches {
                decoder.fail(
                    at: module.location, path: "\(module.path).branches", "\(module.type) has no branches",
                    suggestion: "a conditional.ifelse or conditional.switch leads to other modules")
            }
            let node = settings(of: module, entry)
            let (value, needs) = decode(entry, node)
            // What is wrong with a name has been told; a second module of the same name cannot be created.
            guard !module.name.isEmpty, entries.updateValue(entry, forKey: module.name) == nil, let value else {
                continue
            }
            modules.append(
                .init(
                    name: module.name, entry: entry, configuration: value, node: node, location: module.location,
                    path: module.path, branches: module.branches, needs: needs))
        }
        return modules
    }

    /// The settings of a module: its own, and those of the top-level section of its type.
    private func settings(
        of module: ApplicationConfiguration.Module, _ entry: ModuleRegistry.Entry
    ) -> ConfigurationNode {
        guard let key = entry.descriptor.settingsKey,
            let section = configuration.settings.first(where: { $0.name == key }),
            case .mapping(let common) = section.configuration.content,
            let own = module.configuration.entries
        else { return module.configuration }
        var settings = module.configuration
        let schema = entry.schema
        settings.content = .mapping(
            own + common.filter { other in !own.contains { schema.isSameKey($0.key, other.key) } })
        return settings
    }

    /// Checks the top-level sections with settings of module types.
    private mutating func checkSettings() {
        let descriptors = registry.descriptors
        let keys = Set(descriptors.compactMap(\.settingsKey))
        for section in configuration.settings where !decoder.isFull {
            let types = descriptors.filter { $0.settingsKey == section.name }.flatMap { [$0.type] + $0.aliases }
            if types.isEmpty {
                decoder.fail(
                    at: section.location, path: section.name, "unknown top-level key \"\(section.name)\"",
                    suggestion: UnavailableTypes.topLevelAdvice[section.name]
                        ?? Suggestion.text(
                            for: section.name, among: ApplicationConfigurationBuilder.topLevelKeys + keys.sorted(),
                            what: "top-level keys"))
            } else if section.configuration.entries == nil {
                decoder.failType(section.configuration, expected: "a mapping")
            } else if !configuration.modules.contains(where: { types.contains($0.type) }) {
                decoder.fail(
                    at: section.location, path: section.name, "no module uses these settings",
                    suggestion: "add a module of type \(types.joined(separator: " or "))")
            }
        }
    }

    private mutating func decode(
        _ entry: ModuleRegistry.Entry, _ node: ConfigurationNode
    ) -> (value: (any Sendable)?, references: Set<String>) {
        let before = decoder.references.count
        let value = entry.decode(node, &decoder)
        return (value, Set(decoder.references[before...].map(\.name)))
    }

    private mutating func sections(
        _ sections: [ApplicationConfiguration.Section], _ kind: ModuleDescriptor.Section
    ) -> [GenerationPlan.Part] {
        var parts: [GenerationPlan.Part] = []
        for section in sections where !decoder.isFull {
            let path = "\(kind.rawValue)s.\(section.name)"
            guard let entry = registry.entry(kind, section.name) else {
                decoder.fail(
                    at: section.location, path: path, "unknown \(kind.rawValue) \"\(section.name)\"",
                    suggestion: Suggestion.text(
                        for: section.name, among: registry.names(kind), what: "\(kind.rawValue)s"))
                continue
            }
            let (value, needs) = decode(entry, section.configuration)
            guard let value else { continue }
            parts.append(
                .init(
                    name: section.name, entry: entry, configuration: value, node: section.configuration,
                    location: section.location, path: path, needs: needs))
        }
        return parts.sorted { $0.name < $1.name }
    }

    /// Checks what names modules.
    ///
    /// - Returns: What each module depends on by its `dependsOn`, and the paths of references that are wrong.
    private mutating func checkReferences() -> (dependencies: [String: Set<String>], wrong: [String]) {
        var wrong: [String] = []
        let names = configuration.modules.map(\.name)
        let known = Set(names)
        for reference in decoder.references where !decoder.isFull {
            let descriptor = entries[reference.name]?.descriptor
            let isKnown = known.contains(reference.name)
            // The type of a known module may be unknown, which has been told then.
            if isKnown, descriptor.map({ provides(reference.kind, $0) || provides(.other, $0) }) ?? true { continue }
            // A module of an unknown type may be meant.
            let fitting = names.filter { name in
                name != reference.name && (entries[name].map { provides(reference.kind, $0.descriptor) } ?? true)
            }
            let kind = reference.kind.withArticle
            let message =
                descriptor.map { "the module \"\(reference.name)\" (\($0.type)) is not \(kind)" }
                ?? "there is no module \"\(reference.name)\"; \(kind) is needed here"
            wrong.append(reference.path)
            decoder.fail(
                at: reference.location, path: reference.path, message,
                suggestion: Suggestion.text(for: reference.name, among: fitting, what: "modules that fit")
                    ?? registry.advice(toAdd: reference.kind))
        }
        var dependencies: [String: Set<String>] = [:]
        for module in configuration.modules {
            for dependency in module.dependsOn {
                guard known.contains(dependency.value) else {
                    decoder.fail(
                        at: dependency.location, path: dependency.path, "there is no module \"\(dependency.value)\"",
                        suggestion: Suggestion.text(for: dependency.value, among: names, what: "modules"))
                    continue
                }
                dependencies[module.name, default: []].insert(dependency.value)
            }
        }
        return (dependencies, wrong)
    }

    private func provides(_ kind: ServiceKind, _ descriptor: ModuleDescriptor) -> Bool {
        descriptor.provides.contains(kind)
    }

    /// Finds the orders of creation and of the start; without those that are in a circle, or need one.
    ///
    /// A module is created after those that it refers to, and started after those that its `dependsOn` names. Each order
    /// follows the other's rule too, and what modules find by kind, as far as that leads to no circle.
    private mutating func order(
        _ modules: [GenerationPlan.Part], _ dependencies: [String: Set<String>]
    ) -> (creation: [Int], start: [Int]) {
        let names = modules.map(\.name)
        let references = Dictionary(modules.map { ($0.name, $0.needs) }, uniquingKeysWith: { first, _ in first })
        let providers = providers(modules)
        var byKind: [String: Set<String>] = [:]
        for module in modules { byKind[module.name] = found(by: module, among: providers) }
        func arrange(_ needs: [String: Set<String>], wishes: [[String: Set<String>]]) -> ModuleOrder {
            let everything = wishes.reduce(needs) { $0.merging($1) { $0.union($1) } }
            let order = ModuleOrder(names, needs: everything)
            guard !order.circle.isEmpty else { return order }
            var needs = needs
            for wish in wishes { ModuleOrder.add(wish, to: &needs, names) }
            return ModuleOrder(names, needs: needs)
        }
        let creation = arrange(references, wishes: [dependencies, byKind])
        let start = arrange(dependencies, wishes: [references, byKind])
        for circle in Set([creation.circle, start.circle]) where !circle.isEmpty { fail(circle, modules) }
        let startable = Set(start.indices)
        let creatable = Set(creation.indices)
        return (creation.indices.filter(startable.contains), start.indices.filter(creatable.contains))
    }

    private func providers(_ modules: [GenerationPlan.Part]) -> [ServiceKind: Set<String>] {
        var providers: [ServiceKind: Set<String>] = [:]
        for module in modules {
            for kind in module.entry.descriptor.provides { providers[kind, default: []].insert(module.name) }
        }
        return providers
    }

    /// The modules that a part may find by kind.
    private func found(by part: GenerationPlan.Part, among providers: [ServiceKind: Set<String>]) -> Set<String> {
        var names: Set<String> = []
        for requirement in part.entry.descriptor.requires { names.formUnion(providers[requirement.kind] ?? []) }
        return names.subtracting([part.name])
    }

    private mutating func fail(_ circle: [String], _ modules: [GenerationPlan.Part]) {
        let first = modules.first { $0.name == circle.first }
        let names = (circle + circle.prefix(1)).joined(separator: " -> ")
        decoder.fail(
            at: first?.location ?? SourceLocation(file: "<config>"), path: first?.path ?? "",
            "modules depend on each other in a circle: \(names)",
            suggestion: "remove one of the references or dependsOn entries")
    }
}

extension GenerationPlan.Part {
    /// Whether one of the paths lies within the part, or within the settings of its type.
    fileprivate func names(anyOf paths: [String]) -> Bool {
        let places = [path] + [entry.descriptor.settingsKey].compactMap { $0 }
        return paths.contains { path in places.contains { path.hasPrefix($0 + ".") } }
    }
}

/// Types that other engines of this configuration format knew by name only, and what to use here.
enum UnavailableTypes {
    /// What to use instead of a module type, or `nil`.
    static func advice(for type: String) -> String? {
        if let text = types[type] { return text }
        return type.hasPrefix("core.") ? "parts of the engine need no module; remove it" : nil
    }

    /// What to use instead of a key at the top of a file.
    static let topLevelAdvice = [
        "links": "state machines drive each other by triggers.event: each entered state is an event"
    ]

    private static let types: [String: String] = [
        "messaging.nats": "use messaging.broker; this program was built without NATS",
        "messaging.kafka": "use messaging.broker; this program was built without Kafka",
        "grpc.server": "use http.server with api.handler",
        "business.service": "use dynamic.component or processing.step",
        "job.store": "jobs are kept in the state store; remove the module",
        "data.cache": "use persistence.store",
        "data.database": "use database.workflow",
    ]
}
