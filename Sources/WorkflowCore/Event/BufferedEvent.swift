/// An event that a pattern remembers, with what a store needs to bring it back after a restart.
public struct BufferedEvent: Sendable, Hashable {
    /// The pattern.
    public var patternID: String
    /// The event; without its data once it has been used up.
    public var event: PatternEvent
    /// When it came in, by the clock.
    public var receivedAt: Timestamp
    /// Orders events of the same time: which one it was.
    public var arrival: Int64
    /// Whether an occurrence has used it up; it is remembered all the same, so that it is not counted when it comes again.
    public var isUsed: Bool
    /// How much memory it takes, roughly.
    let size: Int

    init(patternID: String, event: PatternEvent, receivedAt: Timestamp, arrival: Int64, isUsed: Bool = false) {
        self.patternID = patternID
        self.event = event
        self.receivedAt = receivedAt
        self.arrival = arrival
        self.isUsed = isUsed
        size = event.size
    }

    /// The event after an occurrence has used it up.
    var used: BufferedEvent {
        var event = event
        event.data = .null
        return BufferedEvent(
            patternID: patternID, event: event, receivedAt: receivedAt, arrival: arrival, isUsed: true)
    }

    /// A name that no other remembered event has.
    public var name: String {
        "\(patternID.utf8.count):\(patternID)/\(event.key.utf8.count):\(event.key)/\(event.id)"
    }

    /// The remembered event as JSON.
    public var json: JSONValue {
        [
            "pattern": .string(patternID), "event": event.json, "receivedAt": .string(receivedAt.description),
            "arrival": .integer(arrival), "used": .bool(isUsed),
        ]
    }

    /// Reads what ``json`` gives; `nil` when it is something else.
    public init?(json: JSONValue) {
        guard let pattern = json["pattern"]?.stringValue, let event = json["event"].flatMap(PatternEvent.init(json:)),
            let received = json["receivedAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            let arrival = json["arrival"]?.intValue, let isUsed = json["used"]?.boolValue
        else { return nil }
        self.init(
            patternID: pattern, event: event, receivedAt: received, arrival: Int64(arrival), isUsed: isUsed)
    }
}
