/// A document that the REST API of an application manages, such as an order.
public struct Resource: Sendable, Hashable {
    /// The collection, such as `orders`.
    public var type: String
    /// The identifier within the collection.
    public var id: String
    /// The document.
    public var data: JSONObject
    /// The state that the resource has by itself, when no state-machine instance is linked.
    public var state: String
    /// The user it belongs to; `nil` or empty when it belongs to nobody. Empty ones can be listed by
    /// ``StateStore/resources(type:owner:limit:after:)``.
    public var owner: String?
    /// The state-machine instance whose state and data are shown over this resource.
    public var instanceID: String?
    /// Position in the order of creation within the whole store; assigned by the store.
    public var sequence: Int64
    /// Counts the changes, from 1.
    public var version: Int64
    /// When it was created.
    public var createdAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp

    /// Creates a resource.
    public init(
        type: String, id: String, data: JSONObject, state: String, owner: String? = nil, instanceID: String? = nil,
        sequence: Int64 = 0, version: Int64 = 1, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.type = type
        self.id = id
        self.data = data
        self.state = state
        self.owner = owner
        self.instanceID = instanceID
        self.sequence = sequence
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A resource and the instance that is linked to it, read together.
public struct ResourceSnapshot: Sendable, Hashable {
    /// The resource.
    public var resource: Resource
    /// The linked instance, when there is one.
    public var instance: StateMachineInstance?

    /// Creates a snapshot.
    public init(resource: Resource, instance: StateMachineInstance? = nil) {
        self.resource = resource
        self.instance = instance
    }
}
