/// Says that the resources of a type follow the instances of a state machine.
public struct ResourceMapping: Sendable, Hashable {
    /// The type of the resources.
    public var resourceType: String
    /// The engine (module name).
    public var engine: String
    /// The definition; `nil` for all of the engine.
    public var definition: String?
    /// The key of a resource's data that holds the identifier of its instance, when the resource is not linked to one.
    public var instanceIDKey: String

    /// Creates a mapping.
    public init(resourceType: String, engine: String, definition: String? = nil, instanceIDKey: String = "id") {
        self.resourceType = resourceType
        self.engine = engine
        self.definition = definition
        self.instanceIDKey = instanceIDKey
    }
}
