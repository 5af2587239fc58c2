/// What one pattern remembers of the events of one key; ``EventPattern`` says what that is good for.
struct EventBuffer: Sendable {
    /// What became of an event.
    struct Addition {
        /// The events of the occurrence that it completed, in order.
        var occurrence: [PatternEvent] = []
        /// Why the condition has no value.
        var failure: ExpressionEvaluationError?
        /// What is to be remembered from now on, or in another form.
        var changed: [BufferedEvent] = []
        /// What is forgotten.
        var removed: [BufferedEvent] = []
        /// How many events were lost because there was no room.
        var dropped = 0
    }

    /// In the order of time, those of the same time in the order of arrival.
    private(set) var entries: [BufferedEvent] = []
    /// How much memory the entries take.
    private(set) var size = 0

    /// Takes an event in.
    ///
    /// - Parameters:
    ///   - new: The event.
    ///   - pattern: The pattern that the buffer belongs to.
    ///   - events: How many events may wait.
    ///   - bytes: How much memory they may take.
    ///   - now: The time.
    /// - Returns: What became of it; `nil` when it is known already or too late, and nothing has changed then.
    mutating func add(
        _ new: BufferedEvent, _ pattern: EventPattern, events: Int, bytes: Int, now: Timestamp
    ) -> Addition? {
        forget(pattern, now: now)
        let time = new.event.time
        guard !entries.contains(where: { $0.event.id == new.event.id }) else { return nil }
        let begin = max(entries.last?.event.time ?? time, time).advanced(by: .zero - pattern.window)
        guard time >= begin else { return nil }
        var addition = Addition()
        let index = entries.lastIndex { $0.event.time <= time }.map { $0 + 1 } ?? 0
        entries.insert(new, at: index)
        size += new.size
        addition.removed = removeAll { $0.event.time < begin }
        makeRoom(events: events, bytes: bytes, &addition)
        if entries.count(where: { !$0.isUsed }) >= pattern.leastEvents { look(for: pattern, now: now, &addition) }
        if addition.occurrence.isEmpty {
            // Without room for it, the event has gone again.
            addition.changed = entries.filter { $0.arrival == new.arrival }
        } else {
            addition.changed = useAll()
            makeRoomAmongUsed(events: events, &addition)
        }
        return addition
    }

    /// Puts back an event that a store has kept.
    mutating func restore(_ entry: BufferedEvent) {
        entries.append(entry)
        size += entry.size
    }

    /// Puts what was restored in order.
    mutating func sort() {
        entries.sort { ($0.event.time, $0.arrival) < ($1.event.time, $1.arrival) }
    }

    /// Forgets what came in too long ago, by the clock.
    mutating func forget(_ pattern: EventPattern, now: Timestamp) {
        _ = removeAll { $0.receivedAt.advanced(by: pattern.retention) <= now }
    }

    private func look(for pattern: EventPattern, now: Timestamp, _ addition: inout Addition) {
        let waiting = entries.compactMap { $0.isUsed ? nil : $0.event }
        do {
            if try pattern.occurs(in: waiting, now: now) { addition.occurrence = waiting }
        } catch {
            addition.failure = error
        }
    }

    private mutating func makeRoom(events: Int, bytes: Int, _ addition: inout Addition) {
        var waiting = entries.count { !$0.isUsed }
        while waiting > events || size > bytes, let index = entries.firstIndex(where: { size > bytes || !$0.isUsed }) {
            let entry = remove(at: index)
            if !entry.isUsed {
                waiting -= 1
                addition.dropped += 1
            }
            addition.removed.append(entry)
        }
    }

    /// Forgets the oldest when too many have been used up; everything has been when this is called.
    private mutating func makeRoomAmongUsed(events: Int, _ addition: inout Addition) {
        while entries.count > events {
            let entry = remove(at: 0)
            addition.changed.removeAll { $0.arrival == entry.arrival }
            addition.removed.append(entry)
        }
    }

    private mutating func useAll() -> [BufferedEvent] {
        let indices = entries.indices.filter { !entries[$0].isUsed }
        for index in indices { entries[index] = entries[index].used }
        size = entries.reduce(0) { $0 + $1.size }
        return indices.map { entries[$0] }
    }

    private mutating func remove(at index: Int) -> BufferedEvent {
        let entry = entries.remove(at: index)
        size -= entry.size
        return entry
    }

    private mutating func removeAll(where shouldRemove: (BufferedEvent) -> Bool) -> [BufferedEvent] {
        var removed: [BufferedEvent] = []
        entries.removeAll { entry in
            guard shouldRemove(entry) else { return false }
            removed.append(entry)
            return true
        }
        for entry in removed { size -= entry.size }
        return removed
    }
}
