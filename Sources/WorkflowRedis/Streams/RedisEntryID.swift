#if Redis
/// The identifier of an entry of a stream: milliseconds since 1970 and a number.
struct RedisEntryID: Sendable, Hashable, Comparable, CustomStringConvertible {
    let milliseconds: UInt64
    let number: UInt64

    init(milliseconds: UInt64, number: UInt64) {
        self.milliseconds = milliseconds
        self.number = number
    }

    /// Reads `milliseconds-number`; `nil` for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = UInt64(parts[0]), let number = UInt64(parts[1]) else { return nil }
        self.init(milliseconds: milliseconds, number: number)
    }

    var description: String { "\(milliseconds)-\(number)" }

    static func < (left: Self, right: Self) -> Bool {
        (left.milliseconds, left.number) < (right.milliseconds, right.number)
    }
}

/// Where a message is: its topic, and its entry in the stream of the topic.
struct RedisPlace: Sendable, Hashable {
    let topic: String
    let id: RedisEntryID
}

/// An entry of a stream, as it was read.
struct RedisEntry: Sendable, Hashable {
    let place: RedisPlace
    /// Names and values, one after the other.
    let fields: [RedisValue]
    /// How often it has been delivered, from 1.
    let deliveries: Int

    /// Reads `[id, fields]`, or `[id, fields, deliveries]`; `nil` for anything else.
    init?(_ value: RedisValue, topic: String) {
        guard let parts = value.array, parts.count >= 2, let id = parts[0].text.flatMap({ RedisEntryID($0) }),
            let fields = parts[1].array
        else { return nil }
        place = RedisPlace(topic: topic, id: id)
        self.fields = fields
        deliveries = parts.count > 2 ? Int(parts[2].integer ?? 1) : 1
    }
}
#endif
