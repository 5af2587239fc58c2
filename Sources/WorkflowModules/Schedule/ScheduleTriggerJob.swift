import WorkflowCore

/// One job of the section `schedule` of `triggers`.
struct ScheduleTriggerJob: Sendable {
    let name: String
    let configuration: ScheduleTriggerModule.JobConfiguration
    let invoker: WorkflowInvoker

    /// Names the jobs: those without a name by workflow and action, with a number from the second one on.
    static func jobs(
        _ configurations: [ScheduleTriggerModule.JobConfiguration], invoker: WorkflowInvoker
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
            return ScheduleTriggerJob(name: name, configuration: configuration, invoker: invoker)
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
        let workflow = configuration.workflow.value
        var data: JSONObject = ["trigger_time": .string(run.scheduledTime.description)]
        data.merge(configuration.params)
        let isStateMachine = invoker.handler(workflow) is StateMachineCallHandler
        if isStateMachine, data["instanceId"] == nil, data["id"] == nil {
            // A run that names no instance begins one, and a slot has one run.
            data["instanceId"] = .string(run.id)
        }
        let call = WorkflowCall(workflow: workflow, action: configuration.action.value, data: data)
        try JobTarget.check(try await invoker.invoke(call))
    }
}
