import WorkflowCore

/// One job of a ``ModularSchedulerModule``.
struct ModularJob: Sendable {
    /// What a command names.
    enum Command {
        case module(JobTarget)
        case workflow(name: String, action: String)
    }

    let configuration: ModularSchedulerModule.JobConfiguration
    /// The name of its record: that of the module and its own.
    let name: String
    let workers: SharedWorkers
    let generation: GenerationContext

    private var command: Located<String> { configuration.command }

    /// What the command names; `nil` for nothing that is there. Call it when all modules have been created.
    private var target: Command? {
        if let target = JobTarget(named: command.value, in: generation.services) { return .module(target) }
        guard let colon = command.value.firstIndex(of: ":") else { return nil }
        let workflow = String(command.value[..<colon])
        return .workflow(name: workflow, action: String(command.value[command.value.index(after: colon)...]))
    }

    /// What is wrong with the command, or `nil`.
    var issue: ConfigurationIssue? {
        switch target {
        case .module?: nil
        case .workflow(let name, let action)?:
            generation.invoker.issue(
                workflow: Located(name, location: command.location, path: command.path),
                action: Located(action, location: command.location, path: command.path))
        case nil: missing
        }
    }

    private var missing: ConfigurationIssue {
        let services = generation.services
        let name = command.value
        let isKnown = services.find(Any.self, named: name) != nil
        return command.issue(
            isKnown
                ? "the module \"\(name)\" is not a component, a processing step or a message handler"
                : "the command \"\(name)\" is neither a module nor workflow:action; programs are not run",
            suggestion: Suggestion.text(
                for: name, among: JobTarget.names(in: services), what: "modules that can be run"),
            absent: isKnown ? nil : .module(name: name, kind: nil))
    }

    /// The job for a runner; `nil` when it does not run.
    var scheduledJob: ScheduledJob? {
        guard configuration.enabled, let schedule = configuration.schedule?.schedule(in: configuration.timezone) else {
            return nil
        }
        return ScheduledJob(
            name: name, schedule: schedule, overlap: configuration.overlap, missedRuns: configuration.missed
        ) { run in
            try await workers.run { try await perform(run) }
        }
    }

    private func perform(_ run: ScheduledRun) async throws {
        switch target {
        case .module(let target)?:
            var data: JSONObject = ["trigger_time": .string(run.scheduledTime.description)]
            data.merge(configuration.params)
            try await generation.instrumentation.observe("run", module: command.value) {
                try await target.run(
                    command.value, data: data, id: run.id, attempt: run.attempt, clock: generation.environment.clock)
            }
        case .workflow(let name, let action)?:
            try await ScheduledCall(
                workflow: name, action: action, params: configuration.params, generation: generation
            ).make(for: run)
        case nil:
            throw WorkflowError(.notFound, "There is no module \"\(command.value)\" that can be run.")
        }
    }
}
