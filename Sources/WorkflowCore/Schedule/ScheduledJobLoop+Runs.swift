import Logging
import Synchronization

/// The runs of a job: how they begin and end, and what becomes of those that others have left.
extension ScheduledJobLoop {
    /// Takes note of all claims whose processes are gone.
    func found(_ claims: [ScheduleClaim]) {
        state.withLock { $0.interrupted = claims }
        wakeUp.signal()
    }

    /// Lets the state machine have the runs that others have left.
    func takeUp(
        _ machine: inout ScheduleStateMachine, in line: ScheduledJobLine
    ) async throws -> [ScheduleStateMachine.Action] {
        let claims = state.withLock { state in
            defer { state.interrupted = [] }
            return state.interrupted
        }
        var actions: [ScheduleStateMachine.Action] = []
        for claim in claims.sorted(by: { $0.run.scheduledTime < $1.run.scheduledTime })
        where line.runs[claim.run.id] == nil && (membership.hasOthers || claim.owner != line.owner) {
            guard !machine.isTooLate(claim.run, now: environment.clock.now) else {
                skip(claim.run.scheduledTime, "interrupted")
                try await insist { try await self.removeClaim(on: claim.run) }
                continue
            }
            actions += machine.takeUp(
                ScheduledRun(
                    job: job.name, scheduledTime: claim.run.scheduledTime, attempt: claim.run.attempt + 1))
        }
        return actions
    }

    /// Begins a run, unless too many go on or another runner has it.
    func begin(_ run: ScheduledRun, in line: ScheduledJobLine) async throws -> Bool {
        guard line.runs.count < max(job.concurrency, 1) else {
            skip(run.scheduledTime, "limit")
            return false
        }
        let isOurs = try await insist {
            let ledger = try self.ledger(line)
            // Others may have taken it over already when the answer comes late.
            return try await ledger.begin(run) && self.membership.owner(alone: line.owner) == ledger.owner
        }
        guard isOurs else {
            logger.debug("Another runner has the slot", metadata: ["run": "\(run.id)"])
            return false
        }
        if run.attempt > 1 {
            logger.notice(
                "A scheduled run that was interrupted begins again",
                metadata: ["run": "\(run.id)", "attempt": "\(run.attempt)"])
        } else {
            logger.debug("A scheduled run begins", metadata: ["run": "\(run.id)"])
        }
        // Not a child of this task: what goes on may finish when no more runs are begun. `ScheduleRunner.shutdown` waits.
        line.begin(run)
        let executor = environment.taskExecutor
        state.withLock { state in
            state.runs[run.id] = Task(executorPreference: executor) { await self.perform(run, in: line) }
        }
        return true
    }

    private func perform(_ run: ScheduledRun, in line: ScheduledJobLine) async {
        var failure: (any Error)?
        do {
            try await environment.traces.perform(run) { try await job.perform(run) }
        } catch {
            failure = error
        }
        await recordEnd(of: run)
        state.withLock { $0.runs[run.id] = nil }
        line.end(run)
        count(failure == nil ? "success" : "failure")
        if let failure {
            logger.warning("A scheduled run failed", metadata: ["run": "\(run.id)", "error": "\(failure)"])
        }
    }

    /// Removes the claim on a run, also when the run was cut off; tries again until then.
    private func recordEnd(of run: ScheduledRun) async {
        guard membership.isWatched else { return }
        let retry = StoreRetry(environment: environment)
        do {
            try await retry.untilItWorks("The end of a scheduled run cannot be recorded; trying again.") {
                // A commit of its own task, which is not cancelled with the run.
                try await Task(executorPreference: environment.taskExecutor) {
                    try await self.removeClaim(on: run)
                }.value
            }
        } catch {
            logger.warning(
                "The end of a scheduled run could not be recorded; it will begin again elsewhere",
                metadata: ["run": "\(run.id)", "error": "\(error)"])
        }
    }

    private func removeClaim(on run: ScheduledRun) async throws {
        try await store.commit(StoreTransaction([ScheduleClaim.remove(run)]))
    }
}
