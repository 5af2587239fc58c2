import WorkflowCore

/// What the management API tells about instances of state machines.
enum InstanceDocument {
    /// The document of an instance, without its data.
    static func make(_ instance: StateMachineInstance) -> JSONObject {
        var document: JSONObject = [
            "id": .string(instance.id), "machine": .string(instance.workflowType),
            "state": .string(instance.currentState),
        ]
        if !instance.previousState.isEmpty { document["previousState"] = .string(instance.previousState) }
        document["completed"] = .bool(instance.completed)
        document["version"] = .integer(instance.version)
        document["startedAt"] = .string(instance.startTime.description)
        document["updatedAt"] = .string(instance.lastUpdated.description)
        if let error = instance.error { document["error"] = .string(SecretRedactor.redact(error)) }
        return document
    }

    /// The document of a transition.
    ///
    /// - Parameter withData: Whether with what came with it, without secrets.
    static func make(_ record: TransitionRecord, withData: Bool) -> JSONValue {
        var document: JSONObject = ["version": .integer(record.version), "time": .string(record.timestamp.description)]
        if !record.transition.isEmpty {
            document["transition"] = .string(record.transition)
            document["from"] = .string(record.fromState)
        }
        document["to"] = .string(record.toState)
        if let actor = record.actor { document["actor"] = .string(actor) }
        if withData { document["data"] = .object(SecretRedactor.redact(record.data)) }
        return .object(document)
    }

    /// The tag of an instance as it is: that of its version.
    static func tag(_ instance: StateMachineInstance) -> String { "\"\(instance.version)\"" }
}
