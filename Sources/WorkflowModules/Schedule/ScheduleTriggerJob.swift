import WorkflowCore

/// One job of the section `schedule` of `triggers`.
struct ScheduleTriggerJob: Sendable {
    let name: String
    let configuration: ScheduleTriggerModule.JobConfiguration
    let generation: GenerationContext

    /// Names the jobs: those without a name by workflow and action, with a number from the second one on.
    static func jobs(
        _ configurations: [ScheduleTriggerModule.JobConfiguration], generation: GenerationContext
    ) -> [ScheduleTriggerJob] {
        var names = Set(configurations.map(\.name.value))
        return configurations.map { configuration in
            var name = configuration.name.value
            if name.isEmpty {
                let plain = "\(configuration.workflow.value).\(configuration.action.value)"
                name = plain
                var number = 1
                while !names.insert(name).inserted {
                    number += 1
                    name = "\(plain)-\(number)"
                }
            }
            return ScheduleTriggerJob(name: name, configuration: configuration, generation: generation)
        }
    }

    /// The job for a runner.
    var scheduledJob: ScheduledJob? {
        guard let schedule = configuration.cron?.schedule(in: configuration.timezone) else { return nil }
        return ScheduledJob(
            name: name, schedule: schedule, overlap: configuration.overlap, missedRuns: configuration.missed,
            perform: perform)
    }

    private func perform(_ run: ScheduledRun) async throws {
        let call = ScheduledCall(
            workflow: configuration.workflow.value, action: configuration.action.value, params: configuration.params,
            generation: generation)
        try await call.make(for: run)
    }
}
