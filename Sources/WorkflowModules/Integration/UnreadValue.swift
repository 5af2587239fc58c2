public import WorkflowCore

/// A part of a configuration that is read when more is known, such as the names of all steps.
public struct UnreadValue: ConfigurationValue {
    /// The part; `nil` when there is none, or nothing in it.
    public let node: ConfigurationNode?

    /// Creates a value.
    public init(_ node: ConfigurationNode? = nil) {
        self.node = node
    }

    public static var schema: ConfigurationSchema { .any }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        self.node = node.isNull ? nil : node
    }

    public var configurationValue: JSONValue? { node?.json }
}
