/// A text that must not be shown: it has no description, and no mirror that tells it.
///
/// Declare the key with `secret: true` as well, so that tools hide its value.
public struct SecretString: ConfigurationValue, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The text.
    public let value: String

    /// Creates a secret.
    public init(_ value: String) {
        self.value = value
    }

    public static var schema: ConfigurationSchema { .string }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let value = String(decoding: node, using: &decoder) else { return nil }
        self.value = value
    }

    public var configurationValue: JSONValue? { value.isEmpty ? nil : .string(value) }

    public var description: String { "<redacted>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [] as [Mirror.Child]) }
}
