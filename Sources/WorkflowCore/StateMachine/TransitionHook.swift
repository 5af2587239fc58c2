/// Work that is done whenever certain transitions were made.
///
/// A filter that is empty lets everything through; all filters must match.
public struct TransitionHook: Sendable, Hashable {
    /// The definition.
    public var workflowType: String?
    /// The names of the transitions.
    public var transitions: [String]
    /// The states that were left.
    public var fromStates: [String]
    /// The states that were entered.
    public var toStates: [String]
    /// The module that does the work: a processing step or a message handler.
    public var handler: String
    /// What one run at a time may be in; `nil` for none.
    public var criticalSection: CriticalSection?

    /// Creates a hook.
    public init(
        workflowType: String? = nil, transitions: [String] = [], fromStates: [String] = [], toStates: [String] = [],
        handler: String, criticalSection: CriticalSection? = nil
    ) {
        self.workflowType = workflowType
        self.transitions = transitions
        self.fromStates = fromStates
        self.toStates = toStates
        self.handler = handler
        self.criticalSection = criticalSection
    }

    /// Whether the hook applies.
    public func matches(workflowType: String, transition: String, from: String, to: String) -> Bool {
        (self.workflowType == nil || self.workflowType == workflowType)
            && (transitions.isEmpty || transitions.contains(transition))
            && (fromStates.isEmpty || fromStates.contains(from))
            && (toStates.isEmpty || toStates.contains(to))
    }
}
