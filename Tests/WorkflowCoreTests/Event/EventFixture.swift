@testable import WorkflowCore

/// A stream of events that is fed into an engine.
struct EventFixture {
    static let start = Timestamp(seconds: 1_767_603_600)

    var engine: EventPatternEngine
    private var count = 0

    init(_ patterns: EventPattern..., limits: EventPatternEngine.Limits = .init()) {
        engine = EventPatternEngine(patterns: patterns, limits: limits)
    }

    static func time(_ seconds: Double) -> Timestamp {
        start.advanced(by: .nanoseconds(Int64(seconds * 1e9)))
    }

    static func pattern(
        _ types: String, window: Double = 10, _ condition: EventPattern.Condition = .count, min: Int = 1, max: Int = 0,
        orderMatters: Bool = false, id: String = "p"
    ) -> EventPattern {
        EventPattern(
            id: id, eventTypes: types.map { String($0) }, window: .nanoseconds(Int64(window * 1e9)),
            condition: condition, minOccurs: min, maxOccurs: max, orderMatters: orderMatters)
    }

    /// Feeds one event, that happened at a time and comes in at the same or a later one.
    ///
    /// - Returns: The identifiers of the events of each match.
    @discardableResult
    mutating func feed(
        _ type: String, at time: Double, receivedAt: Double? = nil, key: String = "k", id: String? = nil,
        data: JSONValue = .null
    ) throws -> [[String]] {
        count += 1
        let event = PatternEvent(
            id: id ?? "\(type)\(count)", type: type, correlationID: key, time: Self.time(time), data: data)
        let plan = try engine.plan(event, now: Self.time(receivedAt ?? time))
        engine.apply(plan)
        return plan.matches.map { $0.events.map(\.id) }
    }

    /// Feeds events of one letter each, a second after the other.
    mutating func feed(_ types: String) throws -> [[String]] {
        try types.enumerated().flatMap { index, type in try feed(String(type), at: Double(index)) }
    }
}
