/// A mapping with free keys whose order and places are kept.
public struct NamedEntries<Value: ConfigurationValue>: ConfigurationValue {
    /// One key and its value.
    public struct Entry: Sendable {
        /// The key.
        public let name: String
        /// Where the key stands.
        public let location: SourceLocation
        /// The path of the value.
        public let path: String
        /// The value.
        public let value: Value
    }

    /// The entries in the order of the file.
    public var entries: [Entry] = []

    /// Creates an empty mapping.
    public init() {}

    public static var schema: ConfigurationSchema { .map(Value.schema) }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let nodes = node.entries else {
            decoder.failType(node, expected: "a mapping")
            return nil
        }
        for entry in nodes {
            // An empty entry, such as `shipped:` without keys below it, stands for one with all defaults.
            guard let value = decoder.decode(Value.self, from: entry.value) else { continue }
            entries.append(Entry(name: entry.key, location: entry.location, path: entry.value.path, value: value))
        }
        guard entries.count == nodes.count else { return nil }
    }

    public var configurationValue: JSONValue? {
        guard !entries.isEmpty else { return nil }
        return .object(JSONObject(entries.map { ($0.name, $0.value.configurationValue ?? .null) }))
    }

    /// The value under `name`.
    public subscript(name: String) -> Value? {
        entries.first { $0.name == name }?.value
    }
}
