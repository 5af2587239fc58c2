public import Logging

/// Runs jobs when they are due.
///
/// - Every slot is claimed in the store before it is run, and the claim is removed when the run has ended. So runners on
///   one store share the slots, and each is begun **once**, unless a process dies, or stands still and is given up by the
///   others, before its run has ended: then the run begins again, on another node or at the next start, with the same
///   ``ScheduledRun/id``. What a run commits under that identifier as an idempotency key happens once; other effects
///   happen **at least once**, since nobody can tell how far a process came that is gone.
/// - A run that fails, and one that a stop cuts off, has ended. It is logged and counted and not repeated; the next one is
///   that of the next slot. Slots that pass while no runner is there, or that wait in a queue when it dies, are dealt with
///   at the next start as ``ScheduledJob/missedRuns`` says.
/// - Runners of one environment, such as those of two generations of an engine, also share the runs that go on: the one
///   that was told to run last begins runs, with an eye to all. Others judge overlap each on its own.
/// - Runs are bounded by ``ScheduledJob/concurrency``, waiting slots by the policies.
/// - While the store refuses, runs wait and are begun when it works again.
///
/// ```swift
/// let runner = ScheduleRunner(jobs: [job], context: context)
/// let life = Task { await runner.run() }
/// // ...
/// life.cancel()
/// await life.value
/// await runner.shutdown(deadline: .seconds(30))
/// ```
public final class ScheduleRunner: Sendable {
    private let loops: [ScheduledJobLoop]
    private let watch: ScheduleWatch
    private let clock: any EngineClock
    private let logger: Logger

    /// Creates the runner of a module.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, each with a name of its own.
    ///   - context: Where the module lives.
    public convenience init(jobs: [ScheduledJob], context: ModuleContext) {
        self.init(
            jobs: jobs, store: context.store, environment: context.environment, logger: context.logger,
            member: context.generation.runtime.member)
    }

    /// Creates a runner for a store that no other process writes to. If others do, each slot is begun once nevertheless,
    /// but a run is lost when its process dies.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, each with a name of its own.
    ///   - store: Keeps the records.
    ///   - environment: Time, identifiers and metrics.
    ///   - logger: Takes what happens; by default that of the environment.
    public convenience init(
        jobs: [ScheduledJob], store: any StateStore, environment: EngineEnvironment, logger: Logger? = nil
    ) {
        self.init(
            jobs: jobs, store: store, environment: environment, logger: logger ?? environment.logger, member: nil)
    }

    init(
        jobs: [ScheduledJob], store: any StateStore, environment: EngineEnvironment, logger: Logger,
        member: ClusterMember?
    ) {
        clock = environment.clock
        self.logger = logger
        let membership = ScheduleMembership(store: store, member: member)
        watch = ScheduleWatch(store: store, membership: membership, environment: environment, logger: logger)
        loops = jobs.map { job in
            ScheduledJobLoop(
                job: job, store: store, membership: membership, environment: environment, logger: logger)
        }
    }

    /// Begins runs when they are due, until the task is cancelled, except for jobs that a later runner of the environment
    /// has. Runs that go on then are left alone.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for loop in loops { group.addTask { await loop.run() } }
            group.addTask { await self.watch.run { self.distribute($0) } }
        }
    }

    private func distribute(_ claims: [ScheduleClaim]) {
        let claims = Dictionary(grouping: claims, by: \.run.job)
        for loop in loops {
            if let claims = claims[loop.job.name] { loop.found(claims) }
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
                // Cut short when all runs have ended.
                guard (try? await clock.sleep(for: deadline)) != nil else { return }
                logger.warning("Scheduled runs were cut off; they are not repeated")
                for run in runs { run.cancel() }
            }
            for run in runs { await run.value }
            group.cancelAll()
        }
    }
}
