public import WorkflowCore

/// The state of a resource as a ``StateTracker`` knows it.
public struct TrackedState: Sendable, Hashable {
    /// The type of the resource.
    public var resourceType: String
    /// The identifier of the resource.
    public var id: String
    /// The state it is in.
    public var currentState: String
    /// The state it was in before; `nil` when there was none.
    public var previousState: String?
    /// When it came into the state.
    public var lastUpdate: Timestamp
    /// What is known about it.
    public var data: JSONObject

    /// Creates a state.
    public init(
        resourceType: String, id: String, currentState: String, previousState: String? = nil, lastUpdate: Timestamp,
        data: JSONObject = [:]
    ) {
        self.resourceType = resourceType
        self.id = id
        self.currentState = currentState
        self.previousState = previousState
        self.lastUpdate = lastUpdate
        self.data = data
    }

    /// The state as JSON: `{id, resourceType, currentState, previousState?, lastUpdate, data?}`.
    public var json: JSONValue {
        var object: JSONObject = [
            "id": .string(id), "resourceType": .string(resourceType), "currentState": .string(currentState),
        ]
        if let previousState { object["previousState"] = .string(previousState) }
        object["lastUpdate"] = .string(lastUpdate.description)
        if !data.isEmpty { object["data"] = .object(data) }
        return .object(object)
    }

    init?(json: JSONValue) {
        guard let id = json["id"]?.stringValue, let type = json["resourceType"]?.stringValue,
            let state = json["currentState"]?.stringValue,
            let time = json["lastUpdate"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(
            resourceType: type, id: id, currentState: state, previousState: json["previousState"]?.stringValue,
            lastUpdate: time, data: json["data"]?.objectValue ?? [:])
    }

    init(resourceType: String, id: String, instance: StateMachineInstance) {
        self.init(
            resourceType: resourceType, id: id, currentState: instance.currentState,
            previousState: instance.previousState.isEmpty ? nil : instance.previousState,
            lastUpdate: instance.lastUpdated, data: instance.data)
    }
}
