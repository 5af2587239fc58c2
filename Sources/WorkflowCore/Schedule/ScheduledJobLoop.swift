import Logging
import Synchronization

/// Carries out what the state machine of one job decides.
final class ScheduledJobLoop: Sendable {
    struct State {
        /// The runs that this loop has begun and that go on.
        var runs: [String: Task<Void, Never>] = [:]
        /// What is shared with the loops of other generations; `nil` until it is acquired.
        var line: ScheduledJobLine?
        /// When the loop wakes next by itself.
        var alarm: Timestamp?
        /// Claims of processes that are gone.
        var interrupted: [ScheduleClaim] = []
    }

    let job: ScheduledJob
    let store: any StateStore
    let membership: ScheduleMembership
    let environment: EngineEnvironment
    let logger: Logger
    let state = Mutex(State())
    let wakeUp = WakeUp()

    init(
        job: ScheduledJob, store: any StateStore, membership: ScheduleMembership, environment: EngineEnvironment,
        logger: Logger
    ) {
        self.job = job
        self.store = store
        self.membership = membership
        self.environment = environment
        var logger = logger
        logger[metadataKey: "job"] = "\(job.name)"
        self.logger = logger
    }

    /// The runs that this loop has begun and that go on.
    var activeRuns: [Task<Void, Never>] { state.withLock { Array($0.runs.values) } }

    /// Begins runs when they are due, unless a later loop of the job does, until it is cancelled. Runs that go on then are
    /// not.
    func run() async {
        do {
            let line = try acquiredLine()
            let place = line.join(wakeUp)
            defer { line.leave(place) }
            try await withThrowingDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    if line.takeCharge(place) { try await lead(line, place, &group) }
                    await wakeUp.wait()
                }
                group.cancelAll()
            }
        } catch is CancellationError {
            return
        } catch {
            logger.error("A job is not scheduled any more", metadata: ["error": "\(error)"])
        }
    }

    /// Gives back what is shared with other generations. Call it when nothing goes on any more.
    func close() async {
        guard state.withLock({ $0.line.take() }) != nil else { return }
        await ScheduledJobLine.release(job: job.name, resources: environment.resources)
    }

    private func acquiredLine() throws -> ScheduledJobLine {
        if let line = state.withLock({ $0.line }) { return line }
        let line = try ScheduledJobLine.acquire(
            job: job.name, resources: environment.resources, identifiers: environment.identifiers)
        state.withLock { $0.line = line }
        return line
    }

    /// Begins runs when they are due, until it is cancelled or a later loop shall do it.
    private func lead(
        _ line: ScheduledJobLine, _ place: ScheduledJobLine.Place, _ group: inout ThrowingDiscardingTaskGroup<any Error>
    ) async throws {
        var handover: ScheduleStateMachine.Handover?
        defer { line.handOver(place, handover) }
        await membership.begin()
        var recorded = try await insist { try await self.ledger(line).open() }
        var machine = ScheduleStateMachine(
            job: job.name, schedule: job.schedule, overlap: job.overlap, missedRuns: job.missedRuns,
            record: recorded, now: environment.clock.now)
        if let slot = machine.goOn(from: line.takeHandover(), with: line.runs.values) { skip(slot, "rescheduled") }
        defer { handover = machine.handover }
        while !Task.isCancelled, line.isLast(place) {
            if let time = try await proceed(&machine, in: line, recorded: &recorded), needsAlarm(at: time) {
                group.addTask { await self.sleep(until: time) }
            }
            await wakeUp.wait()
        }
    }

    /// Tells the state machine what has happened and does what it asks for.
    ///
    /// - Returns: When to come again; `nil` when there are no more slots.
    private func proceed(
        _ machine: inout ScheduleStateMachine, in line: ScheduledJobLine, recorded: inout Timestamp
    ) async throws -> Timestamp? {
        var actions = machine.keepOnly(line.runs)
        actions += machine.tick(now: environment.clock.now)
        actions += try await takeUp(&machine, in: line)
        var wakeTime: Timestamp?
        var index = 0
        // What is not begun is left to the loop that is in charge next.
        defer {
            for case .run(let run) in actions[index...] { machine.withdraw(run) }
        }
        while index < actions.count {
            switch actions[index] {
            case .run(let run):
                try Task.checkCancellation()
                if try await begin(run, in: line) {
                    recorded = max(recorded, run.scheduledTime)
                } else {
                    actions += machine.finished(run.id)
                }
            case .skipped(let slot, let reason): skip(slot, "\(reason)")
            case .sleep(let time): wakeTime = time
            }
            index += 1
        }
        let through = machine.startedThrough
        if through > recorded {
            try await insist { try await self.ledger(line).settle(through: through) }
            recorded = through
        }
        return wakeTime
    }

    /// Whether the loop would not wake by itself at a time or before; it does from now on.
    private func needsAlarm(at time: Timestamp) -> Bool {
        state.withLock { state in
            if let alarm = state.alarm, alarm <= time { return false }
            state.alarm = time
            return true
        }
    }

    private func sleep(until time: Timestamp) async {
        // Cut short with the loop only; a wake without need is harmless.
        try? await environment.clock.sleep(for: environment.clock.now.duration(to: time))
        state.withLock { if $0.alarm == time { $0.alarm = nil } }
        wakeUp.signal()
    }

    /// The stored side of the job, for what this process does now.
    ///
    /// - Throws: ``StoreError`` while others may have taken over from this process.
    func ledger(_ line: ScheduledJobLine) throws -> ScheduleLedger {
        guard let owner = membership.owner(alone: line.owner) else {
            throw StoreError(.unavailable, "this node is not sure to be known to the others")
        }
        return ScheduleLedger(
            job: job.name, schedule: job.schedule, store: store, clock: environment.clock, owner: owner,
            isWatched: membership.isWatched)
    }

    func skip(_ slot: Timestamp, _ reason: String) {
        count("skipped")
        logger.info("Scheduled runs were skipped", metadata: ["through": "\(slot)", "reason": "\(reason)"])
    }

    func count(_ status: String) {
        environment.metrics.scheduleRuns.with(job.name, status).increment()
    }

    func insist<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await StoreRetry(environment: environment).untilItWorks(
            "A schedule cannot be recorded; trying again.", ["job": "\(job.name)"], body)
    }
}
