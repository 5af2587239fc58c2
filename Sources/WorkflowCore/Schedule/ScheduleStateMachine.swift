/// Decides, for one job, when to run it. A value without effects: it takes events and returns what is to be done.
///
/// ```swift
/// var machine = ScheduleStateMachine(job: "report", schedule: schedule, record: stored, now: clock.now)
/// var actions = machine.tick(now: clock.now)
/// // store machine.startedThrough, perform the actions, sleep, and tick again
/// ```
/// What survives a restart is one time per job, the record: all slots up to it are settled and are never run again,
/// whatever the clock says. Store it whenever it has changed, also before the first slot:
/// - ``startedThrough`` before the runs it covers are begun: at most once.
/// - ``finishedThrough`` after runs have finished: at least once, provided that missed runs are not skipped. A run that
///   is repeated has the same ``ScheduledRun/id``.
public struct ScheduleStateMachine: Sendable {
    /// What happens at a slot while an earlier run goes on.
    public enum OverlapPolicy: Sendable, Hashable {
        /// The slot is skipped.
        case skip
        /// The slot waits; when `limit` slots (at most 1000) wait already it is skipped.
        case queue(limit: Int = 1)
        /// The slot is run beside the others.
        case allow
    }

    /// What happens to slots that nobody looked at in time: the process was down, or the clock was set forward.
    ///
    /// The newest slot that is due is in time for one minute; all others have been missed.
    public enum MissedRunPolicy: Sendable, Hashable {
        /// They are skipped.
        case skip
        /// The newest slot that is due is run, on behalf of all.
        case once
        /// The newest `limit` slots (at most 1000) are run, oldest first; one after the other unless runs may overlap.
        case all(limit: Int = 100)
    }

    /// What is to be done.
    public enum Action: Sendable, Hashable {
        /// Begin a run, and call ``ScheduleStateMachine/finished(_:)`` when it is over, however it ended.
        case run(ScheduledRun)
        /// Nothing but for the log: slots were skipped, the last of them at the given time.
        case skipped(through: Timestamp, SkipReason)
        /// Call ``ScheduleStateMachine/tick(now:)`` at this time, or earlier.
        case sleep(until: Timestamp)
    }

    /// Why a slot is not run.
    public enum SkipReason: Sendable, Hashable {
        /// An earlier run goes on.
        case overlap
        /// It was missed.
        case missed
    }

    /// How late the newest slot may be before it counts as missed.
    static let missedThreshold: Duration = .seconds(60)
    /// How long to sleep at most, so that a change of the wall clock is seen.
    static let longestSleep: Duration = .seconds(60)
    /// How many slots are run later at most, whatever the policy says.
    static let greatestLimit = 1000

    /// The name of the job.
    public let job: String
    /// When it is due.
    public let schedule: Schedule

    let overlap: OverlapPolicy
    let missedRuns: MissedRunPolicy
    /// All slots up to here have been looked at.
    var decidedThrough: Timestamp
    var running: [String: Timestamp] = [:]
    var waiting: [Timestamp] = []
    /// The slots whose runs were interrupted and wait to be run again, with the attempt that is next.
    var interrupted: [Timestamp: Int] = [:]
    /// The runs that were interrupted and have begun again; some may have ended.
    private var repeated: Set<String> = []

    /// Creates the machine of a job.
    ///
    /// - Parameters:
    ///   - job: The name of the job.
    ///   - schedule: When it is due.
    ///   - overlap: What happens at a slot while an earlier run goes on.
    ///   - missedRuns: What happens to slots that were missed.
    ///   - record: What was stored last; `nil` for a new job, or for one whose schedule has been changed since.
    ///   - now: The time; slots of a job without record count from here.
    public init(
        job: String, schedule: Schedule, overlap: OverlapPolicy = .skip, missedRuns: MissedRunPolicy = .once,
        record: Timestamp? = nil, now: Timestamp
    ) {
        self.job = job
        self.schedule = schedule
        self.overlap = overlap
        self.missedRuns = missedRuns
        self.decidedThrough = record ?? now
    }

    /// The record for at most once: all slots up to here were begun or skipped.
    public var startedThrough: Timestamp {
        waiting.first.map(Self.before) ?? decidedThrough
    }

    /// The record for at least once: all slots up to here have finished or were skipped.
    public var finishedThrough: Timestamp {
        ([waiting.first, running.values.min()].compactMap { $0 }.min()).map(Self.before) ?? decidedThrough
    }

    /// When the next slot is to be run; `nil` when there is none.
    public var nextDueTime: Timestamp? {
        schedule.next(after: decidedThrough).map { schedule.dueTime(of: $0, job: job) }
    }

    /// Looks at the clock. May be called at any time.
    ///
    /// - Returns: Runs to begin and, unless there are no more slots, until when to sleep.
    public mutating func tick(now: Timestamp) -> [Action] {
        var actions: [Action] = []
        let due = DueSlots(schedule: schedule, job: job, after: decidedThrough, now: now)
        if let newest = due.newest {
            let isLate = newest.advanced(by: Self.missedThreshold) < now
            var count = 1
            if case .all(let limit) = missedRuns { count = min(max(limit, 1), Self.greatestLimit) }
            if isLate, missedRuns == .skip { count = 0 }
            let (slots, skipped) = due.newest(count)
            if let skipped { actions.append(.skipped(through: skipped, .missed)) }
            let capacity = count > 1 && (isLate || slots.count > 1) ? count : queueLimit
            for slot in slots { place(slot, capacity: capacity).map { actions.append($0) } }
            decidedThrough = newest
        }
        if let next = nextDueTime { actions.append(.sleep(until: min(next, now.advanced(by: Self.longestSleep)))) }
        return actions
    }

    /// Takes note that a run is over. Does nothing for a run that is not going on.
    ///
    /// - Returns: Runs to begin.
    public mutating func finished(_ runID: String) -> [Action] {
        guard running.removeValue(forKey: runID) != nil else { return [] }
        return startWaiting()
    }

    private var queueLimit: Int {
        if case .queue(let limit) = overlap { min(limit, Self.greatestLimit) } else { 0 }
    }

    /// Begins a slot, lets it wait (`nil`) or skips it.
    private mutating func place(_ slot: Timestamp, capacity: Int) -> Action? {
        if overlap == .allow || running.isEmpty && waiting.isEmpty { return start(slot) }
        // What happens when others have gone away shall not cost a slot that is in time.
        let isRepeating = repeated.contains { running[$0] != nil }
        guard waiting.count < max(capacity, isRepeating ? 1 : 0) else { return .skipped(through: slot, .overlap) }
        waiting.append(slot)
        return nil
    }

    mutating func start(_ slot: Timestamp, attempt: Int = 1) -> Action {
        let run = ScheduledRun(job: job, scheduledTime: slot, attempt: attempt)
        running[run.id] = slot
        if attempt > 1 { repeated = repeated.filter { running[$0] != nil }.union([run.id]) }
        return .run(run)
    }

    private static func before(_ slot: Timestamp) -> Timestamp { slot.advanced(by: .nanoseconds(-1)) }
}
