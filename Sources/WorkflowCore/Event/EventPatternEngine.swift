import DequeModule

/// Looks for patterns among events, and remembers what may become part of one.
///
/// It only decides; whoever uses it runs the handlers and keeps what must survive a restart:
///
/// ```swift
/// let plan = try engine.plan(event, now: clock.now)
/// for match in plan.matches { try await handle(match) }
/// // Keep plan.changed, forget plan.removed.
/// engine.apply(plan)
/// ```
///
/// The same events at the same times lead to the same matches. ``forget(now:)`` and a restart with ``restore(_:)`` change
/// no match; only ``Limits-swift.struct`` can, when they are too narrow.
///
/// Between ``plan(_:now:)`` and ``apply(_:)`` no other event of the same key may be planned; others may.
public struct EventPatternEngine: Sendable {
    /// How much is remembered at most.
    public struct Limits: Sendable, Hashable {
        /// Events of one pattern and key that wait; the oldest goes first. As many used ones are remembered besides.
        public var events: Int
        /// Keys; the one whose last event lies furthest back goes first.
        public var keys: Int
        /// Memory of all events together, roughly, in bytes; one pattern has an equal part of it for each key.
        public var bytes: Int

        /// Creates limits.
        public init(events: Int = 1000, keys: Int = 10_000, bytes: Int = 64 << 20) {
            self.events = events
            self.keys = keys
            self.bytes = bytes
        }
    }

    private struct Group {
        var buffers: [Int: EventBuffer] = [:]
        /// When it was used last, as a position in ``EventPatternEngine/uses``.
        var use: Int64 = 0

        var size: Int { buffers.values.reduce(0) { $0 + $1.size } }
        var entries: [BufferedEvent] { buffers.sorted { $0.key < $1.key }.flatMap(\.value.entries) }
    }

    /// The longest identifier or type of an event, in bytes.
    public static let longestText = 512

    /// The patterns in order; their names are different.
    public let patterns: [EventPattern]
    /// How much is remembered.
    public let limits: Limits
    private let positions: [String: [Int]]
    private var groups: [String: Group] = [:]
    private var size = 0
    private var arrival: Int64 = 0
    private var lastUse: Int64 = 0
    /// The keys in the order of use; those with an older ``Group/use`` are of no meaning.
    private var uses: Deque<(use: Int64, key: String)> = []

    /// Creates an engine that remembers nothing yet.
    public init(patterns: [EventPattern], limits: Limits = Limits()) {
        self.patterns = patterns
        self.limits = limits
        var positions: [String: [Int]] = [:]
        for (index, pattern) in patterns.enumerated() {
            for type in Set(pattern.eventTypes) { positions[type, default: []].append(index) }
        }
        self.positions = positions
    }

    /// The types of events that some pattern takes.
    public var eventTypes: Set<String> { Set(positions.keys) }
    /// How many keys are remembered.
    public var keyCount: Int { groups.count }
    /// How much memory is in use, roughly, in bytes.
    public var usedBytes: Int { size }
    /// All that is remembered, key by key.
    public var buffered: [BufferedEvent] { groups.sorted { $0.key < $1.key }.flatMap(\.value.entries) }

    /// Works out what an event leads to.
    ///
    /// - Parameters:
    ///   - event: The event. One of the future counts as one of now, so that a source whose clock is wrong cannot make the
    ///     events of others late.
    ///   - now: The time by the clock.
    /// - Throws: ``WorkflowError``: `.invalidInput` when an identifier is too long, `.limitExceeded` when the event is
    ///   larger than what may be remembered.
    public func plan(_ event: PatternEvent, now: Timestamp) throws -> EventPlan {
        var plan = EventPlan(key: event.key, arrival: arrival + 1)
        guard let positions = positions[event.type] else { return plan }
        for text in [event.id, event.sourceID, event.correlationID] where text.utf8.count > Self.longestText {
            throw WorkflowError(
                .invalidInput, "An identifier of an event has more than \(Self.longestText) bytes.")
        }
        var event = event
        event.time = min(event.time, now)
        let bytes = limits.bytes / max(1, patterns.count)
        for index in positions {
            let pattern = patterns[index]
            let new = BufferedEvent(patternID: pattern.id, event: event, receivedAt: now, arrival: plan.arrival)
            guard new.size <= bytes else {
                throw WorkflowError(.limitExceeded, "An event of type \"\(event.type)\" is too large to be remembered.")
            }
            var buffer = groups[event.key]?.buffers[index] ?? EventBuffer()
            guard let addition = buffer.add(new, pattern, events: limits.events, bytes: bytes, now: now) else {
                continue
            }
            plan.buffers[index] = buffer
            plan.changed += addition.changed
            plan.removed += addition.removed
            plan.dropped += addition.dropped
            if let error = addition.failure { plan.failures.append(.init(patternID: pattern.id, error: error)) }
            if !addition.occurrence.isEmpty {
                plan.matches.append(
                    EventMatch(patternID: pattern.id, completedBy: event, events: addition.occurrence))
            }
        }
        return plan
    }

    /// Makes a plan come true.
    ///
    /// - Returns: What was forgotten of other keys, because there was no room.
    @discardableResult
    public mutating func apply(_ plan: EventPlan) -> [BufferedEvent] {
        guard plan.isAccepted else { return [] }
        arrival = max(arrival, plan.arrival)
        var group = groups[plan.key] ?? Group()
        size -= group.size
        group.buffers.merge(plan.buffers) { $1 }
        set(group, plan.key)
        return makeRoom()
    }

    /// Forgets what came in too long ago, by the clock, to be part of an occurrence; only frees memory.
    public mutating func forget(now: Timestamp) {
        for (key, var group) in groups {
            size -= group.size
            for index in group.buffers.keys {
                group.buffers[index]?.forget(patterns[index], now: now)
                if group.buffers[index]?.entries.isEmpty == true { group.buffers[index] = nil }
            }
            groups[key] = group.buffers.isEmpty ? nil : group
            size += group.size
        }
    }

    /// Brings back what was remembered before a restart; call it before the first event.
    ///
    /// - Returns: What is of no use, since patterns have changed or there is no room, and can be forgotten.
    public mutating func restore(_ entries: [BufferedEvent]) -> [BufferedEvent] {
        var useless: [BufferedEvent] = []
        var restored: [String: Group] = [:]
        for entry in entries.sorted(by: { $0.arrival < $1.arrival }) {
            arrival = max(arrival, entry.arrival)
            let index = positions[entry.event.type]?.first { patterns[$0].id == entry.patternID }
            guard let index else {
                useless.append(entry)
                continue
            }
            lastUse += 1
            restored[entry.event.key, default: Group()].buffers[index, default: EventBuffer()].restore(entry)
            restored[entry.event.key]?.use = lastUse
        }
        for (key, var group) in restored.sorted(by: { $0.value.use < $1.value.use }) {
            for index in group.buffers.keys { group.buffers[index]?.sort() }
            set(group, key)
            useless += makeRoom()
        }
        return useless
    }

    private mutating func set(_ group: Group, _ key: String) {
        var group = group
        lastUse += 1
        group.use = lastUse
        groups[key] = group
        size += group.size
        uses.append((lastUse, key))
        if uses.count > 64 + 4 * groups.count {
            uses = Deque(uses.filter { groups[$0.key]?.use == $0.use })
        }
    }

    /// Forgets other keys than the last one until there is room.
    private mutating func makeRoom() -> [BufferedEvent] {
        var removed: [BufferedEvent] = []
        while groups.count > limits.keys || size > limits.bytes, let first = uses.first, first.use < lastUse {
            uses.removeFirst()
            guard let group = groups[first.key], group.use == first.use else { continue }
            groups[first.key] = nil
            size -= group.size
            removed += group.entries
        }
        return removed
    }
}
