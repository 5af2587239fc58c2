/// Why a value is not a schema that can be used.
public struct JSONSchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One thing that is wrong.
    public struct Issue: Sendable, Hashable, CustomStringConvertible {
        /// The URI of the document; empty for one without.
        public let document: String
        /// Where in the document, as a JSON Pointer such as `/properties/name/minLength`.
        public let pointer: String
        /// What is wrong.
        public let message: String

        /// The place and the message.
        public var description: String { "\(document)#\(pointer): \(message)" }
    }

    /// What is wrong; never empty.
    public let issues: [Issue]

    /// The issues one after the other.
    public var description: String { issues.map(\.description).joined(separator: "\n") }
}
