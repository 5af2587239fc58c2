/// A pattern to look for among events: which ones, within which time, under which condition.
///
/// ```swift
/// let pattern = EventPattern(
///     id: "brute-force", eventTypes: ["login.failed"], window: .seconds(60), minOccurs: 3)
/// ```
///
/// **Correlation.** A pattern is looked for among events of one ``PatternEvent/key`` at a time.
///
/// **Window.** It slides with the time of the events, not with the clock: it ends at the latest event, is ``window`` long,
/// and both of its ends belong to it. Events are ordered by their time, those of the same time by their arrival. An
/// event that comes too late for the window is ignored; one that comes late, but within it, takes its place in the order.
///
/// **Occurrence.** What matters are the events in the window whose type is one of ``eventTypes``. The pattern occurs when
/// all of this holds after an event has come in:
/// 1. there are at least ``minOccurs`` and, unless ``maxOccurs`` is 0, at most ``maxOccurs`` of them;
/// 2. the ``condition`` is met;
/// 3. if ``orderMatters``, the types of ``eventTypes`` occur among them in that order, other events between them or not.
///
/// **Consumption.** An occurrence uses up all events of the pattern that are in the window: none of them is part of another
/// occurrence of the same pattern. Other patterns have buffers of their own and still see them.
public struct EventPattern: Sendable, Hashable {
    /// What must hold for the events in the window, besides their number.
    public enum Condition: Sendable, Hashable {
        /// Nothing else: their number is what counts.
        case count
        /// Each type occurs, one that is listed twice at least twice, in any order.
        case all
        /// The types occur in the order in which they are listed, other events between them or not.
        case sequence
        /// The expression is true; it may name ``EventPattern/expressionRoots``.
        case expression(Expression)
    }

    /// The names that an expression may use: `events` in order, each with `id`, `type`, `sourceId`, `correlationId`,
    /// `time` and `data`; their number `count`; the `first` and the `last` of them; and the `key` that they have in common.
    public static let expressionRoots: Set<String> = ["events", "count", "first", "last", "key"]

    /// The name.
    public var id: String
    /// The types of the events that matter.
    public var eventTypes: [String]
    /// How far apart the first and the last event may be.
    public var window: Duration
    /// What must hold for them.
    public var condition: Condition
    /// How many there must be at least; there is always at least one.
    public var minOccurs: Int
    /// How many there may be at most; 0 for any number.
    public var maxOccurs: Int
    /// Whether the types must occur in the order of ``eventTypes`` in any case.
    public var orderMatters: Bool

    /// Creates a pattern.
    public init(
        id: String, eventTypes: [String], window: Duration, condition: Condition = .count, minOccurs: Int = 1,
        maxOccurs: Int = 0, orderMatters: Bool = false
    ) {
        self.id = id
        self.eventTypes = eventTypes
        self.window = window
        self.condition = condition
        self.minOccurs = minOccurs
        self.maxOccurs = maxOccurs
        self.orderMatters = orderMatters
    }

    /// The least number of events that an occurrence has.
    public var leastEvents: Int {
        let needsAll = orderMatters || condition == .all || condition == .sequence
        return max(1, minOccurs, needsAll ? eventTypes.count : 1)
    }

    /// How long an event is remembered after it has come in, by the clock: twice as long as the window, so that delays up
    /// to the length of the window change nothing.
    public var retention: Duration { window * 2 }

    /// Whether the pattern occurs.
    ///
    /// - Parameters:
    ///   - events: The events in the window, in order.
    ///   - now: What expressions get as the time.
    /// - Throws: ``ExpressionEvaluationError``.
    public func occurs(in events: [PatternEvent], now: Timestamp) throws(ExpressionEvaluationError) -> Bool {
        guard events.count >= leastEvents, maxOccurs == 0 || events.count <= maxOccurs else { return false }
        if orderMatters || condition == .sequence, !containsSequence(events) { return false }
        switch condition {
        case .count, .sequence: return true
        case .all: return containsAll(events)
        case .expression(let expression):
            let environment = ExpressionEnvironment(clock: StoppedClock(now: now))
            return try expression.isTrue(in: scope(events), environment: environment)
        }
    }

    private func containsSequence(_ events: [PatternEvent]) -> Bool {
        var next = eventTypes.startIndex
        for event in events where next < eventTypes.endIndex && event.type == eventTypes[next] { next += 1 }
        return next == eventTypes.endIndex
    }

    private func containsAll(_ events: [PatternEvent]) -> Bool {
        var missing: [String: Int] = [:]
        for type in eventTypes { missing[type, default: 0] += 1 }
        for event in events { missing[event.type, default: 0] -= 1 }
        return missing.values.allSatisfy { $0 <= 0 }
    }

    private func scope(_ events: [PatternEvent]) -> ExpressionScope {
        let values = events.map(\.json)
        return ExpressionScope(roots: [
            "events": .array(values), "count": .integer(Int64(values.count)), "first": values.first ?? .null,
            "last": values.last ?? .null, "key": .string(events.first?.key ?? ""),
        ])
    }
}

/// A clock that shows one time, so that an expression has the same value whenever it is evaluated.
private struct StoppedClock: EngineClock {
    let now: Timestamp

    func sleep(for duration: Duration) async throws {}
}
