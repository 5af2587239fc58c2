/// An occurrence of a pattern.
public struct EventMatch: Sendable, Hashable {
    /// The pattern.
    public let patternID: String
    /// What the events have in common.
    public let key: String
    /// The events in order, all of which it uses up.
    public let events: [PatternEvent]
    /// The same when the same event completes the same pattern again, after a failure or a crash.
    public let id: String

    init(patternID: String, completedBy event: PatternEvent, events: [PatternEvent]) {
        self.patternID = patternID
        self.key = event.key
        self.events = events
        self.id = "\(event.id)>\(patternID)"
    }
}

/// What an event leads to; nothing has happened until ``EventPatternEngine/apply(_:)``.
public struct EventPlan: Sendable {
    /// A condition that has no value, and so is not met.
    public struct Failure: Sendable {
        /// The pattern.
        public let patternID: String
        /// Why.
        public let error: ExpressionEvaluationError
    }

    /// What the event belongs to.
    public let key: String
    /// The patterns that it completes, in the order of the patterns.
    public internal(set) var matches: [EventMatch] = []
    /// The conditions that have no value.
    public internal(set) var failures: [Failure] = []
    /// What is to be remembered from now on, or in another form.
    public internal(set) var changed: [BufferedEvent] = []
    /// What is forgotten before its time.
    public internal(set) var removed: [BufferedEvent] = []
    /// How many events were lost because there was no room.
    public internal(set) var dropped = 0
    /// Which event it is.
    let arrival: Int64
    /// The buffers that change, by the position of their patterns.
    var buffers: [Int: EventBuffer] = [:]

    init(key: String, arrival: Int64) {
        self.key = key
        self.arrival = arrival
    }

    /// Whether some pattern has taken the event in; otherwise it is of no interest, too late, or known already.
    public var isAccepted: Bool { !buffers.isEmpty }
}
