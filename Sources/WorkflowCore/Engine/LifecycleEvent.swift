/// Tells that a workflow, or a step of one, was started, completed or failed.
public struct LifecycleEvent: Sendable, Hashable {
    /// What happened.
    public enum Phase: String, Sendable {
        case started, completed, failed
    }

    /// What happened.
    public var phase: Phase
    /// The workflow kind or definition.
    public var workflowType: String
    /// The action.
    public var action: String
    /// When it happened.
    public var timestamp: Timestamp
    /// How long the action took; `nil` at its start.
    public var duration: Duration?
    /// What went wrong.
    public var error: String?
    /// What came out.
    public var results: JSONValue?
    /// The step; `nil` when it is about the whole workflow.
    public var step: String?
    /// What the step goes through, such as the connector of an integration.
    public var connector: String?

    /// Creates an event about a step; the action is the name of the workflow.
    public init(
        _ phase: Phase, step: String, connector: String, of action: String, workflowType: String, timestamp: Timestamp
    ) {
        self.phase = phase
        self.workflowType = workflowType
        self.action = action
        self.timestamp = timestamp
        self.step = step
        self.connector = connector
    }

    init(_ phase: Phase, _ call: WorkflowCall, timestamp: Timestamp) {
        self.phase = phase
        self.workflowType = call.workflow
        self.action = call.action
        self.timestamp = timestamp
    }

    /// The topic that the event is published to: `workflow.<type>.<phase>`, or `workflow.<type>.step.<step>.<phase>`.
    public var topic: String {
        "workflow.\(workflowType)\(step.map { ".step.\($0)" } ?? "").\(phase.rawValue)"
    }

    /// The event as the payload of a message; `duration` is in nanoseconds.
    public var payload: JSONValue {
        var payload: JSONObject = [
            "workflowType": .string(workflowType), "action": .string(action), "status": .string(phase.rawValue),
            "timestamp": .string(timestamp.description),
        ]
        if let step { payload["stepName"] = .string(step) }
        if let connector { payload["connector"] = .string(connector) }
        if let duration { payload["duration"] = .integer(duration.wholeNanoseconds) }
        if let error { payload["error"] = .string(error) }
        if let results { payload["results"] = results }
        return .object(payload)
    }
}
