/// A value of a configuration together with where it stands.
public struct ConfigurationNode: Sendable, Hashable {
    /// A key and its value.
    public struct Entry: Sendable, Hashable {
        /// The key.
        public let key: String
        /// Where the key stands.
        public let location: SourceLocation
        /// The value.
        public var value: ConfigurationNode

        /// Creates an entry.
        public init(key: String, location: SourceLocation, value: ConfigurationNode) {
            self.key = key
            self.location = location
            self.value = value
        }
    }

    /// What a node holds.
    public enum Content: Sendable, Hashable {
        /// Null, a boolean, a number or text.
        case scalar(JSONValue)
        /// A list.
        case sequence([ConfigurationNode])
        /// Keys and values in the order of the file.
        case mapping([Entry])
    }

    /// What became of the variables of the environment in a value.
    public enum Expansion: Sendable, Hashable {
        /// There are none.
        case none
        /// They have been replaced by their values.
        case done
        /// One is not set, which has been told: nothing else is to be said about the value.
        case failed
    }

    /// What it holds.
    public var content: Content
    /// Where it stands.
    public let location: SourceLocation
    /// Its path within its file, such as `modules[3].config`.
    public let path: String
    /// What stands in the file for a number or a boolean, so that keys that take text get `1.10` and `007` unchanged;
    /// `nil` for other nodes, and for nodes that were made in a program.
    public let sourceText: String?
    /// What became of the variables of the environment in it.
    public let expansion: Expansion

    /// Creates a node.
    public init(
        content: Content, location: SourceLocation, path: String, sourceText: String? = nil,
        expansion: Expansion = .none
    ) {
        self.content = content
        self.location = location
        self.path = path
        self.sourceText = sourceText
        self.expansion = expansion
    }

    /// Creates a node, and the nodes below it, from a value made in a program.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - path: The path of the value.
    ///   - file: The name for error messages; relative paths in the value start from its folder.
    public init(_ value: JSONValue, path: String = "", file: String = "<config>") {
        let location = SourceLocation(file: file)
        switch value {
        case .array(let values):
            self.init(
                content: .sequence(
                    values.enumerated().map { ConfigurationNode($1, path: "\(path)[\($0)]", file: file) }),
                location: location, path: path)
        case .object(let object):
            self.init(
                content: .mapping(
                    object.map { key, value in
                        Entry(
                            key: key, location: location,
                            value: ConfigurationNode(value, path: Self.path(path, key), file: file))
                    }), location: location, path: path)
        default:
            self.init(content: .scalar(value), location: location, path: path)
        }
    }

    /// Whether the node is null, as a key without a value is.
    public var isNull: Bool {
        content == .scalar(.null)
    }

    /// The entries when the node is a mapping; empty when it is null; `nil` otherwise.
    public var entries: [Entry]? {
        switch content {
        case .mapping(let entries): entries
        case .scalar(.null): []
        default: nil
        }
    }

    /// The elements when the node is a list; empty when it is null; `nil` otherwise.
    public var elements: [ConfigurationNode]? {
        switch content {
        case .sequence(let elements): elements
        case .scalar(.null): []
        default: nil
        }
    }

    /// The text when the node is a text scalar.
    public var text: String? {
        if case .scalar(let value) = content { value.stringValue } else { nil }
    }

    /// The value under `key` when the node is a mapping.
    public subscript(key: String) -> ConfigurationNode? {
        entries?.first { $0.key == key }?.value
    }

    /// The node as plain JSON.
    public var json: JSONValue {
        switch content {
        case .scalar(let value): value
        case .sequence(let elements): .array(elements.map(\.json))
        case .mapping(let entries): .object(JSONObject(entries.map { ($0.key, $0.value.json) }))
        }
    }

    /// What kind of value it is, for error messages.
    public var typeName: String {
        switch content {
        case .scalar(let value): value.typeName
        case .sequence: "list"
        case .mapping: "mapping"
        }
    }

    static func path(_ parent: String, _ key: String) -> String {
        parent.isEmpty ? key : "\(parent).\(key)"
    }
}
