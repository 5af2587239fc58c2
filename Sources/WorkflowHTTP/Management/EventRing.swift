import Synchronization

/// The last events of a kind, in order and in a bounded memory, for readers that come at any time.
///
/// Who adds an event never waits: the oldest ones make room. Every event has a number, so that a reader that was too
/// slow knows how many it has missed.
final class EventRing<Event: Sendable>: Sendable {
    /// An event with its number.
    struct Entry: Sendable {
        let number: UInt64
        let event: Event
        let cost: Int
    }

    /// Events that follow each other.
    struct Page: Sendable {
        let entries: [Entry]
        /// How many events before them are gone.
        let lost: UInt64
        /// Whether there are no more after them.
        let isLast: Bool
    }

    private struct State {
        var entries: ArraySlice<Entry> = []
        var bytes = 0
        /// The number of the event that comes next.
        var next: UInt64 = 1
        var listeners: [ObjectIdentifier: EventListener] = [:]

        var first: UInt64 { next - UInt64(entries.count) }
    }

    /// Tells the events of this ring from those of others, as after a restart.
    let session: String
    private let limit: Int
    private let state = Mutex(State())

    /// Creates an empty ring.
    ///
    /// - Parameters:
    ///   - limit: The greatest cost of all events together, in bytes.
    ///   - session: Tells the events of this ring from those of others.
    init(limit: Int, session: String = String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)) {
        self.limit = limit
        self.session = session
    }

    /// Adds an event, and wakes who listens.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - cost: About how many bytes it takes.
    func append(_ event: Event, cost: Int) {
        let listeners = state.withLock { state -> [EventListener] in
            state.entries.append(Entry(number: state.next, event: event, cost: cost))
            state.next += 1
            state.bytes += cost
            while state.bytes > limit, let oldest = state.entries.popFirst() { state.bytes -= oldest.cost }
            return state.listeners.isEmpty ? [] : Array(state.listeners.values)
        }
        for listener in listeners { listener.wake() }
    }

    /// The number of the newest event; 0 when there was none.
    var last: UInt64 { state.withLock { $0.next - 1 } }

    /// How many bytes the events take.
    var bytes: Int { state.withLock { $0.bytes } }

    /// The events after a number, as many as are wanted at most. They are copied, so that who adds events need not.
    func page(after number: UInt64, limit: Int) -> Page {
        state.withLock { state in
            let first = state.first
            let wanted = max(number + 1, first)
            let rest = wanted < state.next ? state.entries.dropFirst(Int(wanted - first)) : []
            return Page(
                entries: Array(rest.prefix(limit)), lost: wanted - min(wanted, number + 1), isLast: rest.count <= limit)
        }
    }

    /// The newest events that a reader wants, in order, and the number of the newest of all.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - transform: Makes what the reader gets; `nil` for what it does not want.
    func latest<Result>(_ limit: Int, _ transform: (Entry) -> Result?) -> (found: [Result], last: UInt64) {
        let (end, first) = state.withLock { ($0.next, $0.first) }
        var found: [Result] = []
        var upper = end
        // From the newest backwards, a piece at a time.
        while upper > first, found.count < limit {
            let lower = upper - min(upper - first, 128)
            let piece = page(after: lower - 1, limit: Int(upper - lower)).entries.filter { $0.number < upper }
            for entry in piece.reversed() where found.count < limit {
                if let result = transform(entry) { found.append(result) }
            }
            upper = lower
        }
        return (found.reversed(), end - 1)
    }

    func add(_ listener: EventListener) {
        state.withLock { $0.listeners[ObjectIdentifier(listener)] = listener }
    }

    func remove(_ listener: EventListener) {
        state.withLock { $0.listeners[ObjectIdentifier(listener)] = nil }
    }
}
