/// What values a configuration key takes; parsing, JSON Schema, reference pages and forms come from it.
public indirect enum ConfigurationSchema: Sendable, Hashable {
    /// Any JSON value.
    case any
    /// Text.
    case string
    /// One of a few words.
    case choice([String])
    /// A whole number within bounds.
    case integer(minimum: Int?, maximum: Int?)
    /// A number.
    case number
    /// `true` or `false`.
    case boolean
    /// A time span: a number of `unit`s, or text such as `500ms`, `30s`, `5m`, `24h`.
    case duration(unit: String)
    /// A size in bytes: a number, or text such as `64KB` or `1MB`.
    case byteSize
    /// A path, relative to the file that names it.
    case path
    /// The name of a module that provides a service.
    case reference(ServiceKind)
    /// A list.
    case list(ConfigurationSchema)
    /// Free keys with values of one kind.
    case map(ConfigurationSchema)
    /// Known keys.
    case object([FieldSchema])
}

/// A known key of a configuration object.
public struct FieldSchema: Sendable, Hashable {
    /// The key.
    public let name: String
    /// Other spellings of the key that are accepted.
    public let aliases: [String]
    /// What values it takes.
    public let schema: ConfigurationSchema
    /// Whether it must be given.
    public let isRequired: Bool
    /// Whether its value must not be shown.
    public let isSecret: Bool
    /// What is used when it is not given; `nil` when there is no default.
    public let defaultValue: JSONValue?
    /// What it does.
    public let summary: String

    /// Creates a description of a key.
    public init(
        name: String, aliases: [String] = [], schema: ConfigurationSchema, isRequired: Bool = false,
        isSecret: Bool = false, defaultValue: JSONValue? = nil, summary: String
    ) {
        self.name = name
        self.aliases = aliases
        self.schema = schema
        self.isRequired = isRequired
        self.isSecret = isSecret
        self.defaultValue = defaultValue
        self.summary = summary
    }
}

extension ConfigurationSchema {
    /// Whether two spellings stand for the same key.
    func isSameKey(_ first: String, _ second: String) -> Bool {
        guard first != second, case .object(let fields) = self else { return first == second }
        return fields.contains { field in
            let spellings = [field.name] + field.aliases
            return spellings.contains(first) && spellings.contains(second)
        }
    }
}
