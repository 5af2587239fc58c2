#if JavaScript
/// The timers of an engine, ordered by the time at which they are due.
struct EngineTimers {
    struct Timer {
        let deadline: UInt64
        let id: UInt64
        let component: UInt32
        let origin: ScriptEngine.Origin
    }

    // Latest first, so that the next one is cheap to take.
    private var timers: [Timer] = []
    private var deadlines: [UInt64: UInt64] = [:]

    var next: UInt64? { timers.last?.deadline }
    var count: Int { timers.count }

    mutating func add(_ timer: Timer) {
        timers.insert(timer, at: position(deadline: timer.deadline, id: timer.id))
        deadlines[timer.id] = timer.deadline
    }

    /// Takes the next timer that is due.
    mutating func takeDue(now: UInt64) -> Timer? {
        guard let timer = timers.last, timer.deadline <= now else { return nil }
        timers.removeLast()
        deadlines[timer.id] = nil
        return timer
    }

    mutating func remove(_ id: UInt64) -> Timer? {
        guard let deadline = deadlines.removeValue(forKey: id) else { return nil }
        let index = position(deadline: deadline, id: id)
        guard timers.indices.contains(index), timers[index].id == id else { return nil }
        return timers.remove(at: index)
    }

    mutating func removeAll(where condition: (Timer) -> Bool) -> [Timer] {
        let removed = timers.filter(condition)
        guard !removed.isEmpty else { return [] }
        timers.removeAll(where: condition)
        for timer in removed { deadlines[timer.id] = nil }
        return removed
    }

    /// The first index whose timer is not later than the given one.
    private func position(deadline: UInt64, id: UInt64) -> Int {
        var low = 0
        var high = timers.count
        while low < high {
            let middle = (low + high) / 2
            let timer = timers[middle]
            if (timer.deadline, timer.id) > (deadline, id) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
#endif
