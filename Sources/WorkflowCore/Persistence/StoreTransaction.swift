/// Changes that are applied together or not at all, in order.
public struct StoreTransaction: Sendable {
    /// One change.
    public enum Operation: Sendable {
        /// Adds an instance; a conflict when the identifier exists.
        case createInstance(StateMachineInstance)
        /// Replaces an instance whose stored version is `expectedVersion`; a conflict otherwise. The new version is
        /// `expectedVersion + 1`, whatever the given one says.
        case updateInstance(StateMachineInstance, expectedVersion: Int64)
        /// Removes an instance with its history and work; absent ones are no error.
        case deleteInstance(id: String)
        /// Adds a row to the history.
        case appendHistory(TransitionRecord)
        /// Adds durable work, leased already if it says so; a conflict when the identifier exists.
        case enqueueWork(WorkItem)
        /// Removes work that is done; a conflict when the stored fencing token differs or the item is gone.
        case finishWork(id: String, fencingToken: Int64)
        /// Replaces attempts, cursor, due time, lease and error of a work item, whose fencing token grows by one; a conflict
        /// as for `finishWork`.
        case updateWork(WorkItem, expectedToken: Int64)
        /// Adds outgoing events; a conflict when an identifier exists.
        case appendOutbox([OutboxEvent])
        /// Removes outgoing events that have been delivered; absent ones are no error.
        case removeOutbox(ids: [String])
        /// Adds a resource; a conflict when type and identifier exist. The store assigns the sequence.
        case createResource(Resource)
        /// Replaces a resource; a conflict when it does not exist, or when its version differs from `expectedVersion`.
        /// It keeps its sequence, and its version grows by one, whatever the given one says.
        case updateResource(Resource, expectedVersion: Int64?)
        /// Removes a resource; absent ones are no error.
        case deleteResource(type: String, id: String)
        /// Adds a user; a conflict when the identifier or the e-mail address (compared without case) exists.
        case createUser(UserRecord)
        /// Replaces a user; a conflict when it does not exist, or when another user has the e-mail address.
        case updateUser(UserRecord)
        /// Sets a small value.
        case setValue(namespace: String, key: String, value: JSONValue, expiresAt: Timestamp?)
        /// Sets a small value if the key is absent or expired at `now`; a conflict otherwise.
        case createValue(namespace: String, key: String, value: JSONValue, now: Timestamp, expiresAt: Timestamp?)
        /// Removes a small value; absent ones are no error.
        case removeValue(namespace: String, key: String)
    }

    /// The changes in order.
    public var operations: [Operation]

    /// Creates a transaction.
    public init(_ operations: [Operation] = []) {
        self.operations = operations
    }

    /// Adds a change at the end.
    public mutating func append(_ operation: Operation) {
        operations.append(operation)
    }
}
