/// A value that can be read from a configuration.
public protocol ConfigurationValue: Sendable {
    /// What the value looks like in a file.
    static var schema: ConfigurationSchema { get }

    /// Reads the value from a node.
    ///
    /// - Returns: `nil` when the node is unusable, after having told `decoder` why.
    init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder)

    /// The value as it would stand in a file, to show defaults; `nil` when it stands for an absent key.
    var configurationValue: JSONValue? { get }
}

/// A configuration with known keys, declared once in ``fields``.
///
/// ```swift
/// struct Configuration: ConfigurationObject {
///     var address = ":8080"
///     var readTimeout: Duration = .seconds(15)
///
///     static let fields: [ConfigurationField<Self>] = [
///         .init("address", \.address, "Where to listen, as host:port."),
///         .init("readTimeout", \.readTimeout, "How long a client may take to send its request."),
///     ]
/// }
/// ```
/// Parsing, defaults, validation, JSON Schema, the reference page and redaction all come from this one declaration.
public protocol ConfigurationObject: ConfigurationValue {
    /// The keys.
    static var fields: [ConfigurationField<Self>] { get }

    /// Creates the value with all defaults.
    init()

    /// Checks what one key alone cannot tell, after all keys were read.
    ///
    /// - Parameters:
    ///   - node: The node that the value was read from.
    ///   - decoder: Who takes the issues.
    func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder)
}

extension ConfigurationObject {
    public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {}

    public static var schema: ConfigurationSchema {
        .object(fields.map(\.schema))
    }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let entries = node.entries else {
            decoder.failType(node, expected: "a mapping")
            return nil
        }
        self.init()
        let defectsBefore = decoder.defects
        var seen: [String: ConfigurationNode.Entry] = [:]
        let fields = Self.fields
        for entry in entries where !decoder.isFull {
            guard let field = fields.first(where: { $0.accepts(entry.key) }) else {
                let known = fields.map(\.schema.name)
                decoder.fail(
                    at: entry.location, path: entry.value.path, "unknown key \"\(entry.key)\"",
                    suggestion: Suggestion.text(for: entry.key, among: known, what: "keys"))
                continue
            }
            if let other = seen[field.schema.name] {
                decoder.fail(
                    at: entry.location, path: entry.value.path,
                    "\"\(entry.key)\" and \"\(other.key)\" are the same key", suggestion: "keep one of them")
                continue
            }
            seen[field.schema.name] = entry
            field.decode(entry.value, into: &self, using: &decoder)
        }
        for field in fields where field.schema.isRequired && seen[field.schema.name] == nil {
            decoder.fail(
                node, "missing key \"\(field.schema.name)\"",
                suggestion: "\(field.schema.name): \(field.schema.summary)")
        }
        if decoder.defects == defectsBefore { check(node, using: &decoder) }
        if decoder.defects > defectsBefore { return nil }
    }

    public var configurationValue: JSONValue? {
        var object = JSONObject()
        for field in Self.fields {
            if let value = field.value(of: self) { object[field.schema.name] = value }
        }
        return .object(object)
    }
}

/// A configuration without keys.
public struct EmptyConfiguration: ConfigurationObject {
    /// No keys.
    public static let fields: [ConfigurationField<Self>] = []

    /// Creates the value.
    public init() {}
}
