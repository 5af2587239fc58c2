/// The entries of a mapping under the main spellings of their keys, without keys that are as good as absent.
struct KeyedEntries: Sequence {
    struct Entry {
        /// The main spelling of the key.
        let key: String
        let value: ConfigurationNode
        /// What values the key takes.
        let schema: ConfigurationSchema
        /// When the value must not be shown.
        let secrecy: Secrecy
    }

    /// Up to how many entries a search looks at all of them.
    private static let linearLimit = 8

    private let entries: [Entry]
    private let places: [String: Int]

    init(_ entries: [ConfigurationNode.Entry], _ schema: ConfigurationSchema) {
        self.entries = entries.compactMap { entry in
            let (key, child, secrecy) = schema.child(entry.key)
            // A known key without a value has its default.
            if case .object = schema, child != .any, entry.value.isNull { return nil }
            return Entry(key: key, value: entry.value, schema: child, secrecy: secrecy)
        }
        places =
            self.entries.count > Self.linearLimit
            ? Dictionary(self.entries.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first }) : [:]
    }

    var count: Int { entries.count }

    subscript(key: String) -> ConfigurationNode? {
        if places.isEmpty { return entries.first { $0.key == key }?.value }
        return places[key].map { entries[$0].value }
    }

    func makeIterator() -> IndexingIterator<[Entry]> { entries.makeIterator() }
}

/// When the value of a key must not be shown.
enum Secrecy {
    case never
    case always
    /// When its name sounds like it, since nothing else is known.
    case byName

    func hides(_ key: String) -> Bool {
        switch self {
        case .never: false
        case .always: true
        case .byName: ConfigurationRedactor.soundsSecret(key)
        }
    }
}

extension ConfigurationSchema {
    /// What the elements of a list are.
    var element: ConfigurationSchema {
        if case .list(let element) = self { element } else { .any }
    }

    /// The main spelling of a key, what values it takes, and when they must not be shown.
    func child(_ key: String) -> (key: String, schema: ConfigurationSchema, secrecy: Secrecy) {
        switch self {
        case .object(let fields):
            guard let field = fields.first(where: { $0.name == key || $0.aliases.contains(key) }) else {
                return (key, .any, .always)
            }
            return (field.name, field.schema, field.isSecret ? .always : .never)
        case .map(let value):
            return (key, value, .byName)
        default:
            return (key, .any, .byName)
        }
    }
}
