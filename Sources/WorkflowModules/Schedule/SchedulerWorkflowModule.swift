import Logging
public import WorkflowCore

/// The section `scheduler` of `workflows`: jobs that run when their scheduler says so.
public struct SchedulerWorkflowModule: WorkflowModule, SummarizedModule {
    /// The keys of the section.
    public struct Configuration: ConfigurationObject {
        /// The jobs.
        public var jobs: [JobConfiguration] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init("jobs", \.jobs, "What runs when which scheduler says so.", required: true)
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// One job.
    public struct JobConfiguration: ConfigurationObject {
        /// Who says when it is due.
        public var scheduler = Located("")
        /// The module that is run.
        public var job = Located("")
        /// What the module gets.
        public var config: JSONObject = [:]

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "scheduler", \.scheduler, "The scheduler that says when the job is due.", required: true,
                reference: .scheduler),
            .init(
                "job", \.job, "The module that is run: a component, a processing step or a message handler.",
                required: true),
            .init("config", \.config, "What the module gets, besides `trigger_time`."),
        ]

        /// Creates the defaults.
        public init() {}
    }

    private let jobs: [SchedulerJob]
    private let runner: ScheduleRunner
    private let context: ModuleContext

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.context = context
        jobs = try configuration.jobs.map { job in
            let scheduler = try context.services.require(
                SchedulerModule.self, kind: .scheduler, named: job.scheduler.value)
            return SchedulerJob(configuration: job, scheduler: scheduler, generation: context.generation)
        }
        runner = ScheduleRunner(jobs: jobs.compactMap(\.scheduledJob), context: context)
        try context.generation.invoker.add(
            SchedulerCallHandler(jobs: jobs, environment: context.environment), name: context.name)
    }

    public func validate() throws {
        var issues: [ConfigurationIssue] = []
        for job in jobs {
            let place = job.configuration.job
            if context.generation.claimJob(job.name) {
                issues.append(place.issue("the job \"\(job.name)\" is defined twice", suggestion: "remove one of them"))
            }
            if job.target == nil { issues.append(issue(at: place)) }
            if job.scheduler.schedule == nil {
                context.logger.warning(
                    "The scheduler of a job has no cronExpression; the job runs only when it is asked to",
                    metadata: ["job": "\(job.name)"])
            }
        }
        if !issues.isEmpty { throw ConfigurationError(issues) }
    }

    private func issue(at place: Located<String>) -> ConfigurationIssue {
        let services = context.generation.services
        let isKnown = services.find(Any.self, named: place.value) != nil
        return place.issue(
            isKnown
                ? "the module \"\(place.value)\" is not a component, a processing step or a message handler"
                : "there is no module \"\(place.value)\"",
            suggestion: Suggestion.text(
                for: place.value, among: JobTarget.names(in: services), what: "modules that can be run"),
            absent: isKnown ? nil : .module(name: place.value, kind: nil))
    }

    public func run() async {
        await runner.run()
    }

    public func shutdown() async {
        let longest = context.environment.drainDeadline
        let deadlines = jobs.map { $0.scheduler.configuration.shutdownTimeout ?? longest }
        await runner.shutdown(deadline: min(deadlines.max() ?? longest, longest))
    }

    public var summaryLines: [SummaryLine] {
        jobs.map { job in
            let text = job.scheduler.configuration.cronExpression?.text ?? "on request"
            return SummaryLine("job", "\(text) -> \(job.module)")
        }
    }
}

extension GenerationContext {
    /// Takes the name of a scheduled job, under which its record is stored.
    ///
    /// - Returns: Whether the name was taken already.
    func claimJob(_ name: String) -> Bool {
        claim("scheduled job \(name)", owner: name) != nil
    }
}
