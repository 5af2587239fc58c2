#if Redis
import DequeModule

/// Puts entries of several streams into their common order.
///
/// All streams are read at the same moment, but no more than a few entries of each. What is later than the last entry of a
/// stream that has more must wait for those.
struct RedisStreamMerger: Sendable {
    /// Entries that have been read and wait, by topic.
    private var staged: [String: Deque<RedisEntry>] = [:]
    /// The topics of entries that were found again after the last reading; they are read next, whatever waits of them.
    private var restored: Set<String> = []

    /// Whether nothing waits.
    var isEmpty: Bool { staged.isEmpty }

    /// Whether a stream is to be read: what waits of it would be in the way.
    func isReadable(_ topic: String) -> Bool { staged[topic] == nil || restored.contains(topic) }

    /// Takes entries that the server counts as read though they are not here. They wait for the next reading: other
    /// streams may have earlier ones, here or there.
    mutating func restore(_ entries: [RedisEntry]) {
        for (topic, entries) in Dictionary(grouping: entries, by: \.place.topic) {
            let all = Array(staged[topic] ?? []) + entries
            staged[topic] = Deque(all.sorted { $0.place.id < $1.place.id })
            restored.insert(topic)
        }
    }

    /// Forgets what waits of a topic and is not for this node any more.
    mutating func remove(_ ids: Set<RedisEntryID>, of topic: String) {
        staged[topic]?.removeAll { ids.contains($0.place.id) }
        if staged[topic]?.isEmpty == true { staged[topic] = nil }
    }

    /// Takes what was read of all streams that are readable.
    ///
    /// - Parameters:
    ///   - entries: The entries, in the order of their streams.
    ///   - unfinished: The topics whose streams may have more.
    /// - Returns: All entries that may be handled now, in order.
    mutating func merge(_ entries: [RedisEntry], unfinished: Set<String>) -> [RedisEntry] {
        var limit: RedisEntryID?
        for (topic, waiting) in staged where !restored.contains(topic) {
            guard let last = waiting.last?.place.id else { continue }
            limit = min(limit ?? last, last)
        }
        restored = []
        var lasts: [String: RedisEntryID] = [:]
        for entry in entries {
            staged[entry.place.topic, default: []].append(entry)
            lasts[entry.place.topic] = entry.place.id
        }
        for (topic, last) in lasts where unfinished.contains(topic) { limit = min(limit ?? last, last) }
        var released: [RedisEntry] = []
        for topic in Array(staged.keys) {
            while let first = staged[topic]?.first, limit.map({ first.place.id <= $0 }) ?? true {
                released.append(first)
                staged[topic]?.removeFirst()
            }
            if staged[topic]?.isEmpty == true { staged[topic] = nil }
        }
        return released.sorted { $0.place.id < $1.place.id }
    }
}

/// The messages that were handled last, so that one whose acknowledgement got lost is not handled once more.
struct RedisPlaceMemory: Sendable {
    private let capacity: Int
    private var members: Set<RedisPlace> = []
    private var order = Deque<RedisPlace>()

    /// - Parameter capacity: How many are remembered.
    init(capacity: Int) {
        self.capacity = capacity
    }

    func contains(_ place: RedisPlace) -> Bool { members.contains(place) }

    mutating func insert(_ place: RedisPlace) {
        guard members.insert(place).inserted else { return }
        order.append(place)
        if order.count > capacity, let oldest = order.popFirst() { members.remove(oldest) }
    }
}
#endif
