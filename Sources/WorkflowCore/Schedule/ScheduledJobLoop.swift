import Logging
import Synchronization

/// Carries out what the state machine of one job decides.
final class ScheduledJobLoop: Sendable {
    private struct State {
        var runs: [String: Task<Void, Never>] = [:]
        /// The runs that are over and that the state machine has not been told of.
        var finished: [String] = []
        /// When the loop wakes next by itself.
        var alarm: Timestamp?
    }

    private let job: ScheduledJob
    private let ledger: ScheduleLedger
    private let environment: EngineEnvironment
    private let logger: Logger
    private let state = Mutex(State())
    private let wakeUp = WakeUp()

    init(job: ScheduledJob, ledger: ScheduleLedger, environment: EngineEnvironment, logger: Logger) {
        self.job = job
        self.ledger = ledger
        self.environment = environment
        var logger = logger
        logger[metadataKey: "job"] = "\(job.name)"
        self.logger = logger
    }

    /// The runs that go on.
    var activeRuns: [Task<Void, Never>] { state.withLock { Array($0.runs.values) } }

    /// Begins runs when they are due, until it is cancelled. Runs that go on then are not.
    func run() async {
        do {
            let record = try await insist { try await self.ledger.open() }
            var machine = ScheduleStateMachine(
                job: job.name, schedule: job.schedule, overlap: job.overlap, missedRuns: job.missedRuns,
                record: record, now: environment.clock.now)
            var recorded = record
            try await withThrowingDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    if let time = try await proceed(&machine, recorded: &recorded), needsAlarm(at: time) {
                        group.addTask { await self.sleep(until: time) }
                    }
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

    /// Tells the state machine what has happened and does what it asks for.
    ///
    /// - Returns: When to come again; `nil` when there are no more slots.
    private func proceed(
        _ machine: inout ScheduleStateMachine, recorded: inout Timestamp
    ) async throws -> Timestamp? {
        var actions: [ScheduleStateMachine.Action] = []
        for run in takeFinished() { actions += machine.finished(run) }
        actions += machine.tick(now: environment.clock.now)
        var wakeTime: Timestamp?
        var index = 0
        while index < actions.count {
            switch actions[index] {
            case .run(let run):
                try Task.checkCancellation()
                if try await begin(run) {
                    recorded = run.scheduledTime
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
            try await insist { try await self.ledger.settle(through: through) }
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
        try? await environment.clock.sleep(for: environment.clock.now.duration(to: time))
        state.withLock { if $0.alarm == time { $0.alarm = nil } }
        wakeUp.signal()
    }

    /// Begins a run, unless too many go on or another runner has it.
    private func begin(_ run: ScheduledRun) async throws -> Bool {
        guard state.withLock({ $0.runs.count }) < max(job.concurrency, 1) else {
            skip(run.scheduledTime, "limit")
            return false
        }
        guard try await insist({ try await self.ledger.begin(run) }) else {
            logger.debug("Another runner has the slot", metadata: ["run": "\(run.id)"])
            return false
        }
        logger.debug("A scheduled run begins", metadata: ["run": "\(run.id)"])
        // Not a child of this task: what goes on may finish when no more runs are begun. `ScheduleRunner.shutdown` waits.
        state.withLock { $0.runs[run.id] = Task { await self.perform(run) } }
        return true
    }

    private func perform(_ run: ScheduledRun) async {
        var failure: (any Error)?
        do {
            try await environment.traces.perform(run) { try await job.perform(run) }
        } catch {
            failure = error
        }
        state.withLock { state in
            state.runs[run.id] = nil
            state.finished.append(run.id)
        }
        count(failure == nil ? "success" : "failure")
        if let failure {
            logger.warning("A scheduled run failed", metadata: ["run": "\(run.id)", "error": "\(failure)"])
        }
        wakeUp.signal()
    }

    private func takeFinished() -> [String] {
        state.withLock { state in
            defer { state.finished = [] }
            return state.finished
        }
    }

    private func skip(_ slot: Timestamp, _ reason: String) {
        count("skipped")
        logger.info("Scheduled runs were skipped", metadata: ["through": "\(slot)", "reason": "\(reason)"])
    }

    private func count(_ status: String) {
        environment.metrics.scheduleRuns.with(job.name, status).increment()
    }

    private func insist<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await StoreRetry(environment: environment).untilItWorks(
            "A schedule cannot be recorded; trying again.", ["job": "\(job.name)"], body)
    }
}
