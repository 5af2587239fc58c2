/// Something that happened, as event patterns see it.
///
/// Events with the same ``key`` belong together: patterns are looked for among them and never across keys.
public struct PatternEvent: Sendable, Hashable {
    /// The stable identifier; an event that comes again with the same one is counted once.
    public var id: String
    /// What happened, such as `login.failed`.
    public var type: String
    /// Who or what it happened to, or where it comes from; may be empty.
    public var sourceID: String
    /// What it belongs to, such as a session or an order; may be empty.
    public var correlationID: String
    /// When it happened, as its source says.
    public var time: Timestamp
    /// What is known about it.
    public var data: JSONValue

    /// Creates an event.
    public init(
        id: String, type: String, sourceID: String = "", correlationID: String = "", time: Timestamp,
        data: JSONValue = .null
    ) {
        self.id = id
        self.type = type
        self.sourceID = sourceID
        self.correlationID = correlationID
        self.time = time
        self.data = data
    }

    /// What the event is correlated by: the correlation identifier, or else the source. Events that have neither belong
    /// together.
    public var key: String { correlationID.isEmpty ? sourceID : correlationID }

    /// The event as JSON, for expressions and handlers: `id`, `type`, `sourceId`, `correlationId`, `time`, `data`.
    public var json: JSONValue {
        [
            "id": .string(id), "type": .string(type), "sourceId": .string(sourceID),
            "correlationId": .string(correlationID), "time": .string(time.description), "data": data,
        ]
    }

    /// Reads what ``json`` gives; `nil` when it is something else.
    public init?(json: JSONValue) {
        guard let id = json["id"]?.stringValue, let type = json["type"]?.stringValue,
            let source = json["sourceId"]?.stringValue, let correlation = json["correlationId"]?.stringValue,
            let time = json["time"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(
            id: id, type: type, sourceID: source, correlationID: correlation, time: time, data: json["data"] ?? .null)
    }

    /// How much memory the event takes, roughly.
    var size: Int {
        let texts = id.utf8.count + type.utf8.count + sourceID.utf8.count + correlationID.utf8.count
        return 200 + texts + data.jsonBytes().count
    }
}
