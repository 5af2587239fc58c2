public import WorkflowCore

extension ServiceKind {
    /// Says when jobs are due: ``SchedulerModule``.
    public static let scheduler = ServiceKind("scheduler")
}

/// Says when the jobs of the section `scheduler` of `workflows` are due.
///
/// ```yaml
/// modules:
///   - name: every-night
///     type: scheduler.cron
///     config:
///       cronExpression: 30 2 * * *
///       timezone: Europe/Berlin
/// ```
public struct SchedulerModule: WorkflowModule, SummarizedModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// When the jobs are due; `nil` for never by themselves.
        public var cronExpression: ScheduleText?
        /// The time zone of the expression.
        public var timezone = TimeZoneRules.utc
        /// What happens at a slot while an earlier run goes on.
        public var overlap = ScheduleStateMachine.OverlapPolicy.skip
        /// What happens to slots that were missed.
        public var missed = ScheduleStateMachine.MissedRunPolicy.once
        /// How many runs of one job may go on at once.
        public var workerCount = ScheduledJob.defaultConcurrency
        /// How many slots of one job may wait.
        public var queueSize = 1
        /// How long a stop waits for runs; `nil` for as long as for everything else.
        public var shutdownTimeout: Duration?
        /// Accepted, without effect.
        public var checkInterval: Duration = .seconds(1)
        /// Accepted, without effect.
        public var retentionDays = 7

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "cronExpression", \.cronExpression,
                "When the jobs are due: a cron expression, a nickname such as `@daily`, or an interval such as `@every 5m`. Without it they run only when they are asked to."
            ),
            .init("timezone", \.timezone, "The time zone of the expression, such as `Europe/Berlin`."),
            .init(
                "overlap", \.overlap,
                "What happens when a job is due while an earlier run of it goes on: it is left out (`skip`), waits (`queue`), or runs beside it (`allow`)."
            ),
            .init(
                "missed", \.missed,
                "What happens to runs that were missed, because the program was not running: none is made up for (`skip`), one for all (`once`), or the newest 100 (`all`)."
            ),
            .init(
                "workerCount", \.workerCount,
                "How many runs of one job may go on at once with `overlap: allow`; further ones are left out.",
                schema: .integer(minimum: 1, maximum: 1000)),
            .init(
                "queueSize", \.queueSize,
                "How many runs of one job may wait with `overlap: queue`; further ones are left out.",
                schema: .integer(minimum: 1, maximum: 1000)),
            .init(
                "shutdownTimeout", \.shutdownTimeout,
                "How long a stop waits for runs before it cuts them off; at most, and by default, as long as for all durable work."
            ),
            .init("checkInterval", \.checkInterval, "Accepted for earlier configurations; has no effect."),
            .init("retentionDays", \.retentionDays, "Accepted for earlier configurations; has no effect."),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// The keys of the configuration.
    let configuration: Configuration

    public init(configuration: Configuration, context: ModuleContext) {
        self.configuration = configuration
    }

    /// When the jobs are due; `nil` for never by themselves.
    var schedule: Schedule? { configuration.cronExpression?.schedule(in: configuration.timezone) }

    /// What happens at a slot while an earlier run goes on.
    var overlap: ScheduleStateMachine.OverlapPolicy {
        if case .queue = configuration.overlap { .queue(limit: configuration.queueSize) } else { configuration.overlap }
    }

    public var summaryLines: [SummaryLine] {
        guard let expression = configuration.cronExpression else { return [] }
        return [SummaryLine("scheduler", "\(expression.text) (\(configuration.timezone.name))")]
    }
}
