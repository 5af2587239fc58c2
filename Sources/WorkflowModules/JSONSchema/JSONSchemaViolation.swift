/// One way in which a value does not satisfy a schema.
public struct JSONSchemaViolation: Sendable, Hashable, CustomStringConvertible {
    /// Where in the value, as a JSON Pointer such as `/items/0/sku`; empty for the value itself.
    public let path: String
    /// What is wrong, without anything of the value but names of keys.
    public let message: String
    /// The keyword of the schema that is not satisfied, such as `#/properties/items/minItems`.
    public let schemaLocation: String

    /// The path and the message.
    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
