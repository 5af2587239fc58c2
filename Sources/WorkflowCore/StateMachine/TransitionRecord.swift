/// One transition that an instance has made.
public struct TransitionRecord: Sendable, Hashable {
    /// The instance.
    public var instanceID: String
    /// The version of the instance after the transition.
    public var version: Int64
    /// The name of the transition; empty for the creation.
    public var transition: String
    /// The state that was left; empty for the creation.
    public var fromState: String
    /// The state that was entered.
    public var toState: String
    /// The data that came with it.
    public var data: JSONObject
    /// When it was made.
    public var timestamp: Timestamp
    /// Who made it past the application, such as an operator; `nil` for the application itself.
    public var actor: String?

    /// Creates a record.
    public init(
        instanceID: String, version: Int64, transition: String, fromState: String, toState: String,
        data: JSONObject = [:], timestamp: Timestamp, actor: String? = nil
    ) {
        self.instanceID = instanceID
        self.version = version
        self.transition = transition
        self.fromState = fromState
        self.toState = toState
        self.data = data
        self.timestamp = timestamp
        self.actor = actor
    }
}
