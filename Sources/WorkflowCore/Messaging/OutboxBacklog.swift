/// What an ``OutboxDispatcher`` knows of the outbox: which events wait, which are on their way, which may be removed.
///
/// It decides; the dispatcher acts. Each event is in one place: waiting or in hand in its broker's queue, sent but not
/// settled, settled but not removed from the store, or undeliverable.
struct OutboxBacklog {
    /// How many events may wait in memory; what comes beyond is read from the store later.
    let capacity: Int
    /// How many new events one reading of the store is meant to bring.
    let pageSize: Int

    private var queues: [String: KeyedQueue<OutboxEvent>] = [:]
    /// The events in memory that the store still has.
    private var known: Set<String> = []
    private var undeliverableIDs: Set<String> = []
    private var settledIDs: [String] = []
    /// Whether the store has events that are not in memory. Committers' events are not taken then, since older ones of
    /// the same key may come from the store.
    private(set) var isBehind = true
    /// Whether the store got further events after the last reading began.
    private var hasNews = false
    /// The events that were not taken since the last reading began; `nil` when there are too many.
    private var skipped: [OutboxEvent]? = []

    /// The keys whose events stay in the store until another process has delivered earlier ones.
    private(set) var waiting = WaitingKeys()
    /// How many events wait or are in the hands of a worker.
    private(set) var pending = 0

    init(capacity: Int, pageSize: Int) {
        self.capacity = max(capacity, 1)
        self.pageSize = max(pageSize, 1)
    }

    /// How many events cannot be delivered.
    var undeliverable: Int { undeliverableIDs.count }

    /// How many events may be removed from the store.
    var removable: Int { settledIDs.count }

    /// Whether nothing in memory has anything left to be done.
    var isDone: Bool { known.isEmpty }

    // MARK: - Events come in

    /// Takes an event that has just been committed.
    ///
    /// - Returns: Whether it was taken; if not, it is read from the store later.
    mutating func add(_ event: OutboxEvent) -> Bool {
        guard !waiting.contains(event) else {
            waiting.append(event)
            return false
        }
        if pending >= capacity { isBehind = true }
        guard !isBehind else {
            if let count = skipped?.count, count < capacity { skipped?.append(event) } else { skipped = nil }
            return false
        }
        return insert(event)
    }

    /// Leaves an event to the store until it is known whether another process has earlier ones of its key.
    mutating func letWait(_ event: OutboxEvent, now: Timestamp) {
        waiting.insert(event, now: now)
    }

    /// Whether there is room for what a reading of the store brings.
    var hasRoom: Bool { pending <= capacity / 2 }

    /// Whether the store is to be read now, whatever the time.
    var needsReading: Bool { isBehind && hasRoom }

    /// When the store is to be read for events that wait there; `nil` when none do, or when there is no room for them.
    var readingDue: Timestamp? { hasRoom ? waiting.due : nil }

    /// Begins a reading of the store.
    ///
    /// - Returns: How many events to read; those in memory come first.
    mutating func beginReading() -> Int {
        skipped = []
        hasNews = false
        waiting.beginReading()
        return known.count + undeliverableIDs.count + waiting.count + pageSize
    }

    /// Takes what was read.
    ///
    /// - Parameters:
    ///   - page: The first events of the store.
    ///   - limit: What ``beginReading()`` returned.
    /// - Returns: The brokers of the events that are new.
    mutating func endReading(_ page: [OutboxEvent], limit: Int) -> Set<String> {
        take(page, isAll: page.count < limit)
    }

    /// Takes what was read of a store that other processes share.
    ///
    /// - Returns: The brokers of the events that are new, and the events that have waited in vain and are taken now.
    mutating func endReading(
        _ page: [OrderedOutboxEvent], limit: Int, now: Timestamp
    ) -> (brokers: Set<String>, late: [OutboxEvent]) {
        let (taken, late) = waiting.endReading(page, now: now)
        return (take(taken, isAll: page.count < limit), late)
    }

    private mutating func take(_ page: [OutboxEvent], isAll: Bool) -> Set<String> {
        var brokers: Set<String> = []
        for event in page where !undeliverableIDs.contains(event.id) && insert(event) { brokers.insert(event.broker) }
        guard isAll, !hasNews, let skipped else { return brokers }
        // Nothing is left in the store but what was committed meanwhile.
        for event in skipped where insert(event) { brokers.insert(event.broker) }
        self.skipped = []
        isBehind = false
        return brokers
    }

    /// Tries events again that could not be delivered: they are read from the store once more.
    mutating func retryUndeliverable() {
        guard !undeliverableIDs.isEmpty else { return }
        undeliverableIDs = []
        readAgain()
    }

    /// Looks into the store again, where events of others have become this process's own.
    mutating func readAgain() {
        isBehind = true
        hasNews = true
    }

    private mutating func insert(_ event: OutboxEvent) -> Bool {
        guard known.insert(event.id).inserted else { return false }
        queues[event.broker, default: KeyedQueue()].append(event, key: event.key)
        pending += 1
        return true
    }

    // MARK: - Events go out

    /// Whether another event for a broker may be free to take.
    func mayHaveMore(for broker: String) -> Bool {
        queues[broker]?.mayHaveMore ?? false
    }

    /// Takes the next event for a broker; ``sent(_:)`` or ``setAside(_:)`` must follow.
    mutating func take(for broker: String) -> OutboxEvent? {
        queues[broker]?.take()
    }

    /// Says that the broker has taken an event; it may have been settled already.
    mutating func sent(_ event: OutboxEvent) {
        queues[event.broker]?.finish(key: event.key)
        pending -= 1
    }

    /// Says that an event cannot be delivered. It stays in the store; later events of its key go on.
    mutating func setAside(_ event: OutboxEvent) {
        sent(event)
        known.remove(event.id)
        undeliverableIDs.insert(event.id)
    }

    // MARK: - Events are removed

    /// Says that an event may be removed from the store.
    mutating func settled(_ id: String) {
        settledIDs.append(id)
    }

    /// Takes identifiers to remove from the store; ``removed(_:)`` or ``notRemoved(_:)`` must follow.
    mutating func takeRemovable(limit: Int) -> [String] {
        if settledIDs.count <= limit {
            defer { settledIDs = [] }
            return settledIDs
        }
        defer { settledIDs.removeFirst(limit) }
        return Array(settledIDs.prefix(limit))
    }

    /// Says that the store has no longer got these events.
    mutating func removed(_ ids: [String]) {
        for id in ids { known.remove(id) }
    }

    /// Says that these events could not be removed; they come up again.
    mutating func notRemoved(_ ids: [String]) {
        settledIDs.insert(contentsOf: ids, at: 0)
    }
}
