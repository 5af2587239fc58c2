/// Keys whose events wait in the store for those of another process; decisions only.
struct WaitingKeys {
    struct Key: Hashable {
        let broker: String
        let key: String

        init(_ event: OutboxEvent) {
            broker = event.broker
            key = event.key
        }
    }

    /// How soon to look for a key that has just begun to wait, and how often afterwards.
    private static let firstDelay = Duration.milliseconds(20)
    private static let interval = Duration.milliseconds(200)
    /// How long events wait at most: longer than others need to notice that a process is gone.
    static let patience = Duration.seconds(60)

    private var since: [Key: Timestamp] = [:]
    /// The keys that got events since the last reading of the store began.
    private var added: Set<Key> = []
    /// When to read the store again; `nil` when nothing waits.
    private(set) var due: Timestamp?
    /// How many events of this process wait, as far as is known.
    private(set) var count = 0

    var isEmpty: Bool { since.isEmpty }

    func contains(_ event: OutboxEvent) -> Bool { !since.isEmpty && since[Key(event)] != nil }

    /// Lets an event and those that follow it wait from now on.
    mutating func insert(_ event: OutboxEvent, now: Timestamp) {
        let key = Key(event)
        if since[key] == nil { since[key] = now }
        append(event)
        let time = now.advanced(by: Self.firstDelay)
        due = due.map { min($0, time) } ?? time
    }

    /// Takes note of a further event of a key that waits.
    mutating func append(_ event: OutboxEvent) {
        added.insert(Key(event))
        count += 1
    }

    mutating func beginReading() {
        added = []
        due = nil
    }

    /// Finds the events of a page that must wait, with those that come after them.
    ///
    /// - Parameters:
    ///   - page: The first events of the store.
    ///   - now: The time.
    /// - Returns: The events to take, and those that have waited in vain for the longest time.
    mutating func endReading(_ page: [OrderedOutboxEvent], now: Timestamp) -> (
        taken: [OutboxEvent], late: [OutboxEvent]
    ) {
        var (taken, late): ([OutboxEvent], [OutboxEvent]) = ([], [])
        var waiting: [Key: Timestamp] = [:]
        taken.reserveCapacity(page.count)
        count = 0
        for entry in page {
            let key = Key(entry.event)
            if entry.mustWait, waiting[key] == nil {
                let start = since[key] ?? now
                if start.duration(to: now) < Self.patience { waiting[key] = start } else { late.append(entry.event) }
            }
            if waiting[key] == nil { taken.append(entry.event) } else { count += 1 }
        }
        for key in added where waiting[key] == nil { waiting[key] = since[key] ?? now }
        since = waiting
        if !waiting.isEmpty {
            let time = now.advanced(by: Self.interval)
            due = due.map { min($0, time) } ?? time
        }
        return (taken, late)
    }
}
