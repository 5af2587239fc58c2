/// A configuration whose parts have been decoded, checked against each other and put in order.
struct GenerationPlan: Sendable {
    /// One module, workflow section or trigger section.
    struct Part: Sendable {
        let name: String
        let entry: ModuleRegistry.Entry
        let configuration: any Sendable
        let location: SourceLocation
        /// Where it stands within its file, such as `modules[3]`.
        let path: String
    }

    /// The parts in the order in which they are created and prepared.
    let parts: [Part]

    /// Decodes and checks a configuration.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    init(_ configuration: ApplicationConfiguration, registry: ModuleRegistry) throws {
        var builder = PlanBuilder(configuration: configuration, registry: registry)
        parts = try builder.build()
    }
}

/// Decodes the parts of a configuration and finds their order.
private struct PlanBuilder {
    let configuration: ApplicationConfiguration
    let registry: ModuleRegistry
    var decoder = ConfigurationDecoder()

    init(configuration: ApplicationConfiguration, registry: ModuleRegistry) {
        self.configuration = configuration
        self.registry = registry
    }

    mutating func build() throws -> [GenerationPlan.Part] {
        var modules: [GenerationPlan.Part] = []
        var needs: [String: Set<String>] = [:]
        var entries: [String: ModuleRegistry.Entry] = [:]
        for module in configuration.modules where !decoder.isFull {
            guard let entry = registry.entry(.module, module.type) else {
                decoder.fail(
                    at: module.location, path: "\(module.path).type", "unknown module type \"\(module.type)\"",
                    suggestion: UnavailableTypes.advice[module.type]
                        ?? Suggestion.text(for: module.type, among: registry.names(.module), what: "module types"))
                continue
            }
            entries[module.name] = entry
            let before = decoder.references.count
            let value = entry.decode(module.configuration, &decoder)
            needs[module.name] = Set(decoder.references[before...].map(\.name))
            guard let value else { continue }
            modules.append(
                .init(
                    name: module.name, entry: entry, configuration: value, location: module.location, path: module.path)
            )
        }
        let workflows = sections(configuration.workflows, .workflow)
        let triggers = sections(configuration.triggers, .trigger)
        checkReferences(entries, needs: &needs)
        if !decoder.issues.isEmpty { throw ConfigurationError(decoder.issues) }
        addRequirements(modules, needs: &needs)
        let order = ModuleOrder(modules.map(\.name), needs: needs)
        if !order.circle.isEmpty { throw ConfigurationError([issue(order.circle, modules)]) }
        let ordered = order.indices.map { modules[$0] }
        let resident = ordered.filter { !$0.entry.descriptor.isIngress }
        let ingress = ordered.filter { $0.entry.descriptor.isIngress }
        return resident + workflows + triggers + ingress
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
            guard let value = entry.decode(section.configuration, &decoder) else { continue }
            parts.append(
                .init(name: section.name, entry: entry, configuration: value, location: section.location, path: path))
        }
        return parts.sorted { $0.name < $1.name }
    }

    private mutating func checkReferences(
        _ entries: [String: ModuleRegistry.Entry], needs: inout [String: Set<String>]
    ) {
        let names = configuration.modules.map(\.name)
        let known = Set(names)
        for reference in decoder.references where !decoder.isFull {
            let descriptor = entries[reference.name]?.descriptor
            let isKnown = known.contains(reference.name)
            // The type of a known module may be unknown, which has been told then.
            if isKnown, descriptor.map({ provides(reference.kind, $0) || provides(.other, $0) }) ?? true { continue }
            let fitting = names.filter { name in
                name != reference.name && (entries[name].map { provides(reference.kind, $0.descriptor) } ?? false)
            }
            let message =
                descriptor.map { "the module \"\(reference.name)\" (\($0.type)) is not a \(reference.kind)" }
                ?? "there is no module \"\(reference.name)\"; a \(reference.kind) is needed here"
            decoder.fail(
                at: reference.location, path: reference.path, message,
                suggestion: Suggestion.text(
                    for: reference.name, among: fitting.isEmpty && !isKnown ? names : fitting, what: "modules that fit")
            )
        }
        for module in configuration.modules {
            for dependency in module.dependsOn {
                guard known.contains(dependency.value) else {
                    decoder.fail(
                        at: dependency.location, path: dependency.path, "there is no module \"\(dependency.value)\"",
                        suggestion: Suggestion.text(for: dependency.value, among: names, what: "modules"))
                    continue
                }
                needs[module.name, default: []].insert(dependency.value)
            }
        }
    }

    private func provides(_ kind: ServiceKind, _ descriptor: ModuleDescriptor) -> Bool {
        descriptor.provides.contains(kind)
    }

    /// Modules that find services by kind come after all that provide them, unless these need them in turn.
    private func addRequirements(_ modules: [GenerationPlan.Part], needs: inout [String: Set<String>]) {
        var providers: [ServiceKind: [String]] = [:]
        for module in modules {
            for kind in module.entry.descriptor.provides { providers[kind, default: []].append(module.name) }
        }
        for module in modules {
            for requirement in module.entry.descriptor.requires {
                for other in providers[requirement.kind] ?? [] where other != module.name {
                    guard needs[module.name]?.contains(other) != true else { continue }
                    if !ModuleOrder.reaches(from: other, to: module.name, needs) {
                        needs[module.name, default: []].insert(other)
                    }
                }
            }
        }
    }

    private func issue(_ circle: [String], _ modules: [GenerationPlan.Part]) -> ConfigurationIssue {
        let first = modules.first { $0.name == circle.first }
        let names = (circle + circle.prefix(1)).joined(separator: " -> ")
        return ConfigurationIssue(
            location: first?.location ?? SourceLocation(file: "<config>"), path: first?.path ?? "",
            message: "modules depend on each other in a circle: \(names)",
            suggestion: "remove one of the references or dependsOn entries")
    }
}

/// Types that other engines of this configuration format knew by name only, and what to use here.
enum UnavailableTypes {
    static let advice: [String: String] = [
        "grpc.server": "use http.server with api.handler",
        "business.service": "use dynamic.component or processing.step",
        "job.store": "jobs are kept in the state store; remove the module",
        "data.cache": "use persistence.store",
        "data.database": "use database.workflow",
    ]
}
