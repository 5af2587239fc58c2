import WorkflowCore

/// One job of the section `scheduler`.
struct SchedulerJob: Sendable {
    let configuration: SchedulerWorkflowModule.JobConfiguration
    let scheduler: SchedulerModule
    let generation: GenerationContext

    /// The name of the module that is run.
    var module: String { configuration.job.value }
    /// The name of the job, such as `mornings:report`.
    var name: String { "\(configuration.scheduler.value):\(module)" }
    /// The module; `nil` when there is none that can be run. Call it when all modules have been created.
    var target: JobTarget? { JobTarget(named: module, in: generation.services) }

    /// The job for a runner; `nil` when it is never due.
    var scheduledJob: ScheduledJob? {
        guard let schedule = scheduler.schedule else { return nil }
        return ScheduledJob(
            name: name, schedule: schedule, overlap: scheduler.overlap, missedRuns: scheduler.configuration.missed,
            concurrency: scheduler.configuration.workerCount
        ) { run in
            try await self.run(id: run.id, time: run.scheduledTime, attempt: run.attempt)
        }
    }

    /// Runs the job once.
    ///
    /// - Parameters:
    ///   - id: Identifies the run.
    ///   - time: When it was due.
    ///   - data: Further data; wins over the configured one.
    ///   - attempt: How often the run has begun.
    func run(id: String, time: Timestamp, data: JSONObject = [:], attempt: Int = 1) async throws {
        guard let target else { throw WorkflowError(.notFound, "There is no job \"\(module)\".") }
        var input: JSONObject = configuration.config
        input["trigger_time"] = .string(time.description)
        input.merge(data)
        try await generation.instrumentation.observe("run", module: module) {
            try await target.run(
                module, data: input, id: id, attempt: attempt, clock: generation.environment.clock)
        }
    }
}
