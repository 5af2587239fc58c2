public import WorkflowCore

extension ModularSchedulerModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What `workflows.scheduler` sees.
        public var scheduler = SchedulerModule.Configuration()
        /// How many runs of its own jobs may go on at once.
        public var workerCount = 5
        /// How many runs may wait for a worker.
        public var queueSize = 100
        /// The jobs of its own.
        public var jobs: [JobConfiguration] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init("jobs", \.jobs, "What runs when."),
            .init(
                "workerCount", \.workerCount, "How many runs of `jobs` may go on at once, all jobs together.",
                aliases: ["worker_count"], schema: .integer(minimum: 1, maximum: 1000)),
            .init(
                "queueSize", \.queueSize, "How many runs of `jobs` may wait for a worker; further ones fail.",
                aliases: ["queue_size"], schema: .integer(minimum: 0, maximum: 100_000)),
            .init(
                "shutdownTimeout", \.scheduler.shutdownTimeout,
                "How long a stop waits for runs before it cuts them off; at most, and by default, as long as for all durable work.",
                aliases: ["shutdown_timeout"]),
            .init(
                "cronExpression", \.scheduler.cronExpression,
                "When the jobs of the section `scheduler` of `workflows` are due that name this module; without it they run only when they are asked to.",
                aliases: ["cron_expression"]),
            .init(
                "timezone", \.scheduler.timezone,
                "The time zone of `cronExpression`, such as `Europe/Berlin`; each of `jobs` has its own."),
            .init(
                "checkInterval", \.scheduler.checkInterval,
                "Accepted for older files; has no effect, since jobs begin exactly when they are due.",
                aliases: ["check_interval"]),
            .init(
                "retentionDays", \.scheduler.retentionDays,
                "Accepted for older files; has no effect, since one record of each job is kept, however old.",
                aliases: ["retention_days"]),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// One job.
    public struct JobConfiguration: ConfigurationObject {
        /// The name.
        public var name = Located("")
        /// When the job is due.
        public var schedule: ScheduleText?
        /// The time zone of `schedule`.
        public var timezone = TimeZoneRules.utc
        /// Whether it runs at all.
        public var enabled = true
        /// What is run.
        public var command = Located("")
        /// What it gets.
        public var params: JSONObject = [:]
        /// What happens at a slot while an earlier run goes on.
        public var overlap = ScheduleStateMachine.OverlapPolicy.skip
        /// What happens to slots that were missed.
        public var missed = ScheduleStateMachine.MissedRunPolicy.once

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "name", \.name, "The name, in logs and metrics, and for the record of what has run.", required: true,
                check: { $0.value.isEmpty ? "must not be empty" : nil }),
            .init(
                "schedule", \.schedule,
                "When it runs: a cron expression, a nickname such as `@daily`, or an interval such as `@every 5m`.",
                required: true, aliases: ["cron"]),
            .init("timezone", \.timezone, "The time zone of `schedule`, such as `Europe/Berlin`."),
            .init("enabled", \.enabled, "Whether it runs at all; the command of a job that does not is not looked at."),
            .init(
                "command", \.command,
                "What is run: the name of a component, a step or a message handler, or `workflow:action`. Never a command of the operating system.",
                required: true),
            .init("params", \.params, "What it gets, besides `trigger_time`.", aliases: ["config"]),
            .init(
                "overlap", \.overlap,
                "What happens when the job is due while an earlier run of it goes on: it is left out (`skip`), waits (`queue`, one at most), or runs beside it (`allow`)."
            ),
            .init(
                "missed", \.missed,
                "What happens to runs that were missed, because the program was not running: none is made up for (`skip`), one for all (`once`), or the newest 100 (`all`)."
            ),
        ]

        /// Creates the defaults.
        public init() {}
    }
}
