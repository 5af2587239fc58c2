public import Logging

/// Runs jobs when they are due.
///
/// - Every run is recorded in the store before it is performed: **at most once** per slot. A crash loses the runs that go
///   on, never repeats one; slots that wait in a queue, and those that pass while no runner is there, are dealt with at the
///   next start as ``ScheduledJob/missedRuns`` says.
/// - Runners on the same store share their slots: one of them performs each one. Those of one environment, such as those
///   of two generations of an engine, also share the runs that go on: the one that was told to run last begins runs, with
///   an eye to all. Others judge overlap each on its own.
/// - Runs are bounded by ``ScheduledJob/concurrency``, waiting slots by the policies. A run that fails is logged and
///   counted; the next one is that of the next slot.
/// - While the store refuses, runs wait and are begun when it works again.
///
/// ```swift
/// let runner = ScheduleRunner(jobs: [job], store: store, environment: environment)
/// let life = Task { await runner.run() }
/// // ...
/// life.cancel()
/// await life.value
/// await runner.shutdown(deadline: .seconds(30))
/// ```
public final class ScheduleRunner: Sendable {
    private let loops: [ScheduledJobLoop]
    private let clock: any EngineClock
    private let logger: Logger

    /// Creates a runner.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, each with a name of its own.
    ///   - store: Keeps the records.
    ///   - environment: Time, identifiers and metrics.
    ///   - logger: Takes what happens; by default that of the environment.
    public init(
        jobs: [ScheduledJob], store: any StateStore, environment: EngineEnvironment, logger: Logger? = nil
    ) {
        let owner = environment.identifiers.next()
        let logger = logger ?? environment.logger
        clock = environment.clock
        self.logger = logger
        loops = jobs.map { job in
            let ledger = ScheduleLedger(
                job: job.name, schedule: job.schedule, store: store, clock: environment.clock, owner: owner)
            return ScheduledJobLoop(job: job, ledger: ledger, environment: environment, logger: logger)
        }
    }

    /// Begins runs when they are due, until the task is cancelled, except for jobs that a later runner of the environment
    /// has. Runs that go on then are left alone.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for loop in loops { group.addTask { await loop.run() } }
        }
    }

    /// Waits for the runs that go on, and cancels those that are not done in time. Call it when ``run()`` has returned.
    ///
    /// - Parameter deadline: How long they have. Afterwards it is up to them how fast they react to being cancelled.
    public func shutdown(deadline: Duration) async {
        await finish(within: deadline)
        for loop in loops { await loop.close() }
    }

    private func finish(within deadline: Duration) async {
        let runs = loops.flatMap(\.activeRuns)
        guard !runs.isEmpty else { return }
        await withDiscardingTaskGroup { group in
            group.addTask { [clock, logger] in
                guard (try? await clock.sleep(for: deadline)) != nil else { return }
                logger.warning("Scheduled runs were cut off; they are not repeated")
                for run in runs { run.cancel() }
            }
            for run in runs { await run.value }
            group.cancelAll()
        }
    }
}
