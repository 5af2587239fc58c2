/// Work that a transition causes, kept in the store until its outcome has been applied.
///
/// A lease says who works on it. The fencing token grows with each claim and each update, so that an owner that lost its
/// lease cannot apply an outcome any more, and no outcome is applied twice.
public struct WorkItem: Sendable, Hashable {
    /// The identifier; also the idempotency key for the outside world.
    public var id: String
    /// The instance whose transition caused the work.
    public var instanceID: String
    /// The state-machine engine (module name) that the instance belongs to.
    public var engine: String
    /// The transition that caused the work.
    public var transition: String
    /// The state that was left.
    public var fromState: String
    /// The state that was entered.
    public var toState: String
    /// The handlers (module names) to run, in order.
    public var handlers: [String]
    /// The index of the handler that runs next.
    public var cursor: Int
    /// The data that came with the transition.
    public var input: JSONObject
    /// Failed attempts of the current handler.
    public var attempts: Int
    /// The message of the last failure.
    public var lastError: String?
    /// When it may run.
    public var notBefore: Timestamp
    /// Who works on it; `nil` when nobody does.
    public var leaseOwner: String?
    /// When the lease ends.
    public var leaseUntil: Timestamp?
    /// Grows with each claim and each update.
    public var fencingToken: Int64
    /// When it was created.
    public var createdAt: Timestamp
    /// The trace that caused it, see ``Traces``; empty for none.
    public var trace: String

    /// Creates a work item.
    public init(
        id: String, instanceID: String, engine: String, transition: String, fromState: String, toState: String,
        handlers: [String], cursor: Int = 0, input: JSONObject = [:], attempts: Int = 0, lastError: String? = nil,
        notBefore: Timestamp, leaseOwner: String? = nil, leaseUntil: Timestamp? = nil, fencingToken: Int64 = 1,
        createdAt: Timestamp, trace: String = ""
    ) {
        self.id = id
        self.instanceID = instanceID
        self.engine = engine
        self.transition = transition
        self.fromState = fromState
        self.toState = toState
        self.handlers = handlers
        self.cursor = cursor
        self.input = input
        self.attempts = attempts
        self.lastError = lastError
        self.notBefore = notBefore
        self.leaseOwner = leaseOwner
        self.leaseUntil = leaseUntil
        self.fencingToken = fencingToken
        self.createdAt = createdAt
        self.trace = trace
    }
}
