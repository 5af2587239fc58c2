extension ScheduleStateMachine {
    /// Where another machine of the same job goes on.
    struct Handover: Sendable, Hashable {
        /// All slots of the schedule up to a time have been looked at.
        let decided: ScheduleRecord
        /// The slots that wait, oldest first.
        let waiting: [Timestamp]
    }

    /// Where this machine stops.
    var handover: Handover {
        Handover(decided: ScheduleRecord(schedule: schedule, through: decidedThrough), waiting: waiting)
    }

    /// Goes on where another machine has stopped. Call it before the first ``tick(now:)``.
    ///
    /// Slots that waited there wait here, whatever the policies say; those of another schedule do not.
    ///
    /// - Parameters:
    ///   - handover: Where it has stopped; `nil` when there was none.
    ///   - runs: The runs that go on.
    /// - Returns: The last of the slots that waited and are skipped, or `nil`.
    mutating func goOn(from handover: Handover?, with runs: some Sequence<ScheduledRun>) -> Timestamp? {
        for run in runs { running[run.id] = run.scheduledTime }
        guard let handover else { return nil }
        let own = ScheduleRecord(schedule: schedule, through: decidedThrough)
        guard handover.decided.schedule == own.schedule else { return handover.waiting.last }
        waiting = handover.waiting.filter { $0 > own.through }
        decidedThrough = max(own.through, handover.decided.through)
        return nil
    }

    /// Takes note of the runs that are over: those that are not among the ones that go on.
    ///
    /// - Returns: Runs to begin.
    mutating func keepOnly(_ runs: [String: ScheduledRun]) -> [Action] {
        running = running.filter { runs[$0.key] != nil }
        return startWaiting()
    }

    /// Takes a run back that could not be begun; its slot waits again.
    mutating func withdraw(_ run: ScheduledRun) {
        guard running.removeValue(forKey: run.id) != nil else { return }
        guard run.attempt == 1 else {
            interrupted[run.scheduledTime] = run.attempt
            return
        }
        waiting.append(run.scheduledTime)
        waiting.sort()
    }

    /// Takes up a run that another process has begun and not ended. It waits as slots in a queue do, whatever the
    /// policies say.
    ///
    /// - Parameter run: The run, with the attempt to make.
    /// - Returns: Runs to begin.
    mutating func takeUp(_ run: ScheduledRun) -> [Action] {
        guard running[run.id] == nil else { return [] }
        interrupted[run.scheduledTime] = run.attempt
        return startWaiting()
    }

    /// Whether it is too late for a run that was interrupted.
    func isTooLate(_ run: ScheduledRun, now: Timestamp) -> Bool {
        missedRuns == .skip && run.scheduledTime.advanced(by: Self.missedThreshold) < now
    }

    /// Begins slots that wait when they may be run.
    mutating func startWaiting() -> [Action] {
        if overlap == .allow {
            defer { (waiting, interrupted) = ([], [:]) }
            return interrupted.sorted { $0.key < $1.key }.map { start($0.key, attempt: $0.value) }
                + waiting.map { start($0) }
        }
        guard running.isEmpty else { return [] }
        if let slot = interrupted.keys.min(), let attempt = interrupted.removeValue(forKey: slot) {
            return [start(slot, attempt: attempt)]
        }
        return waiting.isEmpty ? [] : [start(waiting.removeFirst())]
    }
}
