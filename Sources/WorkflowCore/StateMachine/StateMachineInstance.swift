/// One run of a state machine.
public struct StateMachineInstance: Sendable, Hashable {
    /// The identifier.
    public var id: String
    /// The name of the definition.
    public var workflowType: String
    /// The state it is in.
    public var currentState: String
    /// The state it was in before; empty at the beginning.
    public var previousState: String
    /// The data gathered so far.
    public var data: JSONObject
    /// When it was created.
    public var startTime: Timestamp
    /// When it last changed.
    public var lastUpdated: Timestamp
    /// Whether it reached a final state.
    public var completed: Bool
    /// What went wrong, when it ended in an error state.
    public var error: String?
    /// Counts the changes, from 1; every update names the version it is based on.
    public var version: Int64

    /// Creates an instance.
    public init(
        id: String, workflowType: String, currentState: String, previousState: String = "", data: JSONObject = [:],
        startTime: Timestamp, lastUpdated: Timestamp, completed: Bool = false, error: String? = nil, version: Int64 = 1
    ) {
        self.id = id
        self.workflowType = workflowType
        self.currentState = currentState
        self.previousState = previousState
        self.data = data
        self.startTime = startTime
        self.lastUpdated = lastUpdated
        self.completed = completed
        self.error = error
        self.version = version
    }
}
