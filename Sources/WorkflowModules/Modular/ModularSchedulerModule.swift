import Logging
import Synchronization
public import WorkflowCore

/// Runs modules and workflows at certain times.
///
/// ```yaml
/// modules:
///   - name: scheduler
///     type: scheduler.modular
/// scheduler:
///   jobs:
///     - {name: report, schedule: 0 9 * * MON-FRI, command: report}
/// ```
public final class ModularSchedulerModule: WorkflowModule, SummarizedModule {
    private let configuration: Configuration
    private let scheduler: SchedulerModule
    private let workers: SharedWorkers
    private let jobs: [ModularJob]
    private let runner: ScheduleRunner
    private let context: ModuleContext
    /// Ended when no more runs are to begin.
    private let work = Mutex<AsyncStream<Never>.Continuation?>(nil)

    public init(configuration: Configuration, context: ModuleContext) {
        self.configuration = configuration
        self.context = context
        scheduler = SchedulerModule(configuration: configuration.scheduler, context: context)
        let workers = SharedWorkers(
            scheduler: context.name, workers: configuration.workerCount, queueSize: configuration.queueSize,
            resources: context.environment.resources)
        self.workers = workers
        jobs = configuration.jobs.map { job in
            ModularJob(
                configuration: job, name: "\(context.name):\(job.name.value)", workers: workers,
                generation: context.generation)
        }
        runner = ScheduleRunner(jobs: jobs.compactMap(\.scheduledJob), context: context)
    }

    /// The scheduler of jobs of the section `scheduler` of `workflows` comes with it.
    public var services: [any Sendable] { [self, scheduler] }

    public func validate() throws {
        var issues: [ConfigurationIssue] = []
        for job in jobs {
            let place = job.configuration.name
            if context.generation.claimJob(job.name) {
                issues.append(
                    place.issue("there is another job \"\(place.value)\"", suggestion: "give it a name of its own"))
            }
            if job.configuration.enabled, let issue = job.issue { issues.append(issue) }
        }
        if !issues.isEmpty { throw ConfigurationError(issues) }
    }

    public func prepare() async throws {
        try workers.open()
    }

    public func run() async {
        workers.takeOver()
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        work.withLock { $0 = continuation }
        await withDiscardingTaskGroup { group in
            group.addTask { [runner] in await runner.run() }
            for await _ in stream {}
            group.cancelAll()
        }
    }

    /// Begins no more runs: what they do could need what is stopped next.
    public func quiesce() async {
        work.withLock { $0 }?.finish()
    }

    public func shutdown() async {
        let longest = context.environment.drainDeadline
        await runner.shutdown(deadline: min(configuration.scheduler.shutdownTimeout ?? longest, longest))
        await workers.close()
    }

    public var summaryLines: [SummaryLine] {
        jobs.map { job in
            let text = job.configuration.enabled ? job.configuration.schedule?.text ?? "" : "off"
            return SummaryLine("job", "\(text) -> \(job.configuration.command.value)")
        }
    }
}
