/// Reads a node by the main spellings of its keys, for what people are told.
struct ConfigurationView {
    let node: ConfigurationNode?
    private let schema: ConfigurationSchema

    init(_ node: ConfigurationNode?, _ schema: ConfigurationSchema?) {
        self.node = node
        self.schema = schema ?? .any
    }

    /// The value under a key.
    subscript(key: String) -> ConfigurationView {
        guard case .mapping(let entries)? = node?.content else { return ConfigurationView(nil, nil) }
        let entry = entries.first { $0.key == key } ?? entries.first { schema.child($0.key).key == key }
        return ConfigurationView(entry?.value, schema.child(key).schema)
    }

    /// The elements of a list.
    var elements: [ConfigurationView] {
        guard case .sequence(let elements)? = node?.content else { return [] }
        let element = schema.element
        return elements.map { ConfigurationView($0, element) }
    }

    /// The values of a mapping by their keys, in the order of the file.
    var members: [(key: String, value: ConfigurationView)] {
        guard case .mapping(let entries)? = node?.content else { return [] }
        return KeyedEntries(entries, schema).map { ($0.key, ConfigurationView($0.value, $0.schema)) }
    }

    /// What stands in the file; empty for what is no scalar.
    var text: String { node?.scalarText ?? "" }

    /// The value without its secrets, or `nil`.
    var shown: JSONValue? {
        node.flatMap { $0.isNull ? nil : ConfigurationRedactor.redact($0, schema) }
    }

    /// What stands in the file, for people: without secrets, and empty for what is no scalar.
    var shownText: String {
        guard let node, node.scalarText != nil else { return "" }
        return node.expansion == .none ? (shown?.stringValue ?? text) : (shown?.scalarText ?? "")
    }

    /// What changed from an earlier value, key by key.
    func changes(from old: ConfigurationView) -> [ConfigurationChange] {
        ConfigurationDifference.changes(from: old.node, to: node, schema, path: "")
    }

    /// Whether both mean the same.
    func isSame(_ other: ConfigurationView) -> Bool {
        switch (node, other.node) {
        case (let left?, let right?): ConfigurationMeaning.isSame(left, right, schema)
        case (nil, nil): true
        default: false
        }
    }
}
