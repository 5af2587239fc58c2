/// The module types that configurations may use.
///
/// A registry is a value: embedders add their own types, and a tenant's allow-list is a narrowed copy.
public struct ModuleRegistry: Sendable {
    struct Entry: Sendable {
        let descriptor: ModuleDescriptor
        let schema: ConfigurationSchema
        /// Whether modules of the type are carried over into later generations.
        let isCarried: Bool
        let decode: @Sendable (ConfigurationNode, inout ConfigurationDecoder) -> (any Sendable)?
        let make: @Sendable (any Sendable, ModuleContext) throws -> any WorkflowModule
    }

    private struct Key: Hashable {
        let section: ModuleDescriptor.Section
        let name: String
    }

    private var entries: [Key: Entry] = [:]
    /// Why types are not there that a wider registry has, by name.
    private var refusals: [String: String] = [:]
    /// Which files configurations may name.
    public var fileAccess = FileAccess.everywhere

    /// Creates a registry of some types.
    public init(_ types: [any WorkflowModule.Type] = []) {
        for type in types { register(type) }
    }

    /// Adds a type, under its name and its aliases. A type of the same name is replaced.
    public mutating func register(_ type: any WorkflowModule.Type) {
        add(type)
    }

    private mutating func add<Module: WorkflowModule>(_ type: Module.Type) {
        let descriptor = Module.descriptor
        let entry = Entry(
            descriptor: descriptor, schema: Module.Configuration.schema,
            isCarried: Module.self is any CarriedModule.Type,
            decode: { node, decoder in Module.Configuration(decoding: node, using: &decoder) },
            make: { configuration, context in
                guard let configuration = configuration as? Module.Configuration else {
                    throw WorkflowError(.internal, "The configuration of \"\(context.name)\" has the wrong type.")
                }
                return try Module(configuration: configuration, context: context)
            })
        for name in [descriptor.type] + descriptor.aliases {
            entries[Key(section: descriptor.section, name: name)] = entry
        }
    }

    /// A copy with only the module types that `isAllowed` lets through; workflow and trigger kinds stay.
    public func narrowed(to isAllowed: (ModuleDescriptor) -> Bool) -> ModuleRegistry {
        var copy = self
        copy.entries = entries.filter { $0.key.section != .module || isAllowed($0.value.descriptor) }
        return copy
    }

    /// A copy without the module types that `reason` gives a reason against; errors tell it to those who use one.
    public func refusing(_ reason: (ModuleDescriptor) -> String?) -> ModuleRegistry {
        var copy = self
        for (key, entry) in entries where key.section == .module {
            guard let reason = reason(entry.descriptor) else { continue }
            copy.entries[key] = nil
            copy.refusals[key.name] = reason
        }
        return copy
    }

    /// Why there is no module type of a name that a wider registry has; `nil` when that is not known.
    func refusal(of name: String) -> String? { refusals[name] }

    /// The descriptors of all types, by section and name, without aliases.
    public var descriptors: [ModuleDescriptor] {
        types.map(\.descriptor)
    }

    /// The descriptors of all types with the schemas of their configurations, by section and name, without aliases.
    public var types: [(descriptor: ModuleDescriptor, schema: ConfigurationSchema)] {
        entries.filter { $0.key.name == $0.value.descriptor.type }
            .sorted { ($0.key.section.rawValue, $0.key.name) < ($1.key.section.rawValue, $1.key.name) }
            .map { ($0.value.descriptor, $0.value.schema) }
    }

    /// What to add when a module of a kind is missing, or `nil` when no type provides it.
    package func advice(toAdd kind: ServiceKind) -> String? {
        let types = descriptors.filter { $0.section == .module && $0.provides.contains(kind) }.map(\.type)
        guard let last = types.last else { return nil }
        let list = types.count > 1 ? "\(types.dropLast().joined(separator: ", ")) or \(last)" : last
        return "add a module of type \(list)"
    }

    func entry(_ section: ModuleDescriptor.Section, _ name: String) -> Entry? {
        entries[Key(section: section, name: name)]
    }

    func names(_ section: ModuleDescriptor.Section) -> [String] {
        entries.keys.filter { $0.section == section }.map(\.name).sorted()
    }
}
