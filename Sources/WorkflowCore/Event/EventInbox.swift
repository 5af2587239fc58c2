import DequeModule

/// The identifiers of the events that were taken in lately, so that one which is delivered again is not counted again, even
/// when what it led to has been used up, forgotten or dropped.
///
/// Patterns recognise an event by themselves only while they remember it.
public struct EventInbox: Sendable {
    /// For how long an event is known.
    public static let window = Duration.seconds(3600)
    /// How many are known at least, when no more than ``window`` lies between them.
    public static let capacity = 50_000
    /// How many more there may be, so that they are forgotten many at a time.
    static let slack = 1000

    private var known: Set<String> = []
    private var order: Deque<(name: String, receivedAt: Timestamp)> = []

    /// Creates an empty inbox.
    public init() {}

    /// How many events are known.
    public var count: Int { order.count }

    /// A name that no other event has.
    public static func name(of event: PatternEvent) -> String {
        "\(event.type.utf8.count):\(event.type)/\(event.key.utf8.count):\(event.key)/\(event.id)"
    }

    /// Whether an event was taken in.
    public func contains(_ name: String) -> Bool { known.contains(name) }

    /// Takes note of an event.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - receivedAt: When it came in, by the clock.
    /// - Returns: Names that there is no room for any more.
    public mutating func insert(_ name: String, at receivedAt: Timestamp) -> [String] {
        guard known.insert(name).inserted else { return [] }
        order.append((name, receivedAt))
        guard order.count > Self.capacity + Self.slack else { return [] }
        return removeFirst(order.count - Self.capacity)
    }

    /// Forgets what came in too long ago; a store does the same by itself.
    public mutating func forget(now: Timestamp) {
        let begin = now.advanced(by: .zero - Self.window)
        _ = removeFirst(order.firstIndex { $0.receivedAt > begin } ?? order.count)
    }

    /// Brings back what was known before a restart.
    ///
    /// - Returns: Names that there is no room for.
    public mutating func restore(_ entries: [(name: String, receivedAt: Timestamp)]) -> [String] {
        for entry in entries.sorted(by: { $0.receivedAt < $1.receivedAt }) where known.insert(entry.name).inserted {
            order.append(entry)
        }
        return removeFirst(max(0, order.count - Self.capacity))
    }

    private mutating func removeFirst(_ count: Int) -> [String] {
        let names = order.prefix(count).map(\.name)
        order.removeFirst(count)
        for name in names { known.remove(name) }
        return names
    }
}
