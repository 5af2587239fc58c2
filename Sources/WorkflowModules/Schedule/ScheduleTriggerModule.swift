public import WorkflowCore

/// The section `schedule` of `triggers`: workflows that run at certain times.
public struct ScheduleTriggerModule: WorkflowModule, SummarizedModule {
    /// The keys of the section.
    public struct Configuration: ConfigurationObject {
        /// What runs when.
        public var jobs: [JobConfiguration] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init("jobs", \.jobs, "Which workflow runs when.", required: true)
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// One job.
    public struct JobConfiguration: ConfigurationObject {
        /// The name; empty for one made of workflow and action.
        public var name = Located("")
        /// When the job is due.
        public var cron: ScheduleText?
        /// The time zone of `cron`.
        public var timezone = TimeZoneRules.utc
        /// The workflow.
        public var workflow = Located("")
        /// The action.
        public var action = Located("")
        /// Further data.
        public var params: JSONObject = [:]
        /// What happens at a slot while an earlier run goes on.
        public var overlap = ScheduleStateMachine.OverlapPolicy.skip
        /// What happens to slots that were missed.
        public var missed = ScheduleStateMachine.MissedRunPolicy.once

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "name", \.name,
                "The name, in logs and metrics, and for the record of what has run; by default `workflow.action`."),
            .init(
                "cron", \.cron,
                "When it runs: a cron expression, a nickname such as `@daily`, or an interval such as `@every 5m`.",
                required: true),
            .init("timezone", \.timezone, "The time zone of `cron`, such as `Europe/Berlin`."),
            .init(
                "workflow", \.workflow, "The workflow: a kind, such as `messaging`, or the name of a definition.",
                required: true),
            .init("action", \.action, "What to do; for a definition, the transition.", required: true),
            .init("params", \.params, "Further data for the workflow."),
            .init(
                "overlap", \.overlap,
                "What happens when a job is due while an earlier run of it goes on: it is left out (`skip`), waits (`queue`, one at most), or runs beside it (`allow`)."
            ),
            .init(
                "missed", \.missed,
                "What happens to runs that were missed, because the program was not running: none is made up for (`skip`), one for all (`once`), or the newest 100 (`all`)."
            ),
        ]

        /// Creates the defaults.
        public init() {}
    }

    private let jobs: [ScheduleTriggerJob]
    private let runner: ScheduleRunner
    private let context: ModuleContext

    public init(configuration: Configuration, context: ModuleContext) {
        self.context = context
        jobs = ScheduleTriggerJob.jobs(configuration.jobs, generation: context.generation)
        runner = ScheduleRunner(jobs: jobs.compactMap(\.scheduledJob), context: context)
    }

    public func validate() throws {
        var issues: [ConfigurationIssue] = []
        for job in jobs {
            let configuration = job.configuration
            if context.generation.claimJob(job.name) {
                issues.append(
                    configuration.name.issue(
                        "there is another scheduled job \"\(job.name)\"", suggestion: "give it a name of its own"))
            }
            let issue = context.generation.invoker.issue(
                workflow: configuration.workflow, action: configuration.action)
            if let issue { issues.append(issue) }
        }
        if !issues.isEmpty { throw ConfigurationError(issues) }
    }

    public func run() async {
        await runner.run()
    }

    public func shutdown() async {
        await runner.shutdown(deadline: context.environment.drainDeadline)
    }

    public var summaryLines: [SummaryLine] {
        jobs.map { job in
            let (workflow, action) = (job.configuration.workflow.value, job.configuration.action.value)
            return SummaryLine("schedule", "\(job.configuration.cron?.text ?? "") -> \(workflow): \(action)")
        }
    }
}
