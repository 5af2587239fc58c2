/// The slots of a schedule that became due since a time.
///
/// They are never enumerated, as there may be very many after a long time: which slot is the newest one is found by
/// bisection, because the next slot after a time never lies before the next slot after an earlier time.
struct DueSlots {
    /// The newest slot that is due; `nil` when none is.
    let newest: Timestamp?

    private let schedule: Schedule
    private let oldest: Timestamp?

    /// Finds the slots of a job after `time` that are due at `now`.
    init(schedule: Schedule, job: String, after time: Timestamp, now: Timestamp) {
        func isDue(_ slot: Timestamp) -> Bool { schedule.dueTime(of: slot, job: job) <= now }
        self.schedule = schedule
        oldest = schedule.next(after: time).flatMap { isDue($0) ? $0 : nil }
        newest = oldest.map { Self.last(of: schedule, from: $0, before: now, where: isDue) }
    }

    /// Returns the newest `count` slots, oldest first, and the newest of the others.
    func newest(_ count: Int) -> (slots: [Timestamp], skipped: Timestamp?) {
        var slots: [Timestamp] = []
        var slot = newest
        while let current = slot, let oldest, slots.count < count {
            slots.append(current)
            slot =
                current == oldest
                ? nil : Self.last(of: schedule, from: oldest, before: current) { $0 < current }
        }
        return (slots.reversed(), slot)
    }

    /// Returns the last slot that fulfils a condition, which all slots fulfil up to some slot and none after it.
    ///
    /// - Parameters:
    ///   - schedule: Whose slots.
    ///   - first: A slot that fulfils it.
    ///   - bound: A time after which no slot fulfils it.
    private static func last(
        of schedule: Schedule, from first: Timestamp, before bound: Timestamp, where isIncluded: (Timestamp) -> Bool
    ) -> Timestamp {
        var slot = first
        var end = bound
        while let next = schedule.next(after: slot), isIncluded(next) {
            slot = next
            // Halve the time in which the last slot can lie; the distance can be more than Int64.max.
            let distance = UInt64(bitPattern: end.nanoseconds &- slot.nanoseconds)
            let middle = Timestamp(nanoseconds: slot.nanoseconds + Int64(distance / 2))
            if let later = schedule.next(after: middle), isIncluded(later) { slot = later } else { end = middle }
        }
        return slot
    }
}
