import WorkflowCore

/// Runs the jobs that triggers ask for, whatever their schedulers say.
struct SchedulerCallHandler: ActionCheckingWorkflow {
    let jobs: [SchedulerJob]
    let environment: EngineEnvironment

    func execute(_ call: WorkflowCall) async throws -> JSONValue {
        guard let job = fitting(call.action).first else {
            throw WorkflowError(
                .notFound, problem(withAction: call.action)?.message ?? "There is no job \"\(call.action)\".")
        }
        var result: JSONObject = ["success": true, "job": .string(job.module)]
        do {
            try await job.run(id: environment.identifiers.next(), time: environment.clock.now, data: call.data)
        } catch let error as CancellationError {
            throw error
        } catch {
            result["success"] = false
            result["error"] = .string("\(error)")
        }
        return .object(result)
    }

    func problem(withAction action: String) -> (message: String, suggestion: String?)? {
        let found = fitting(action)
        if found.count == 1 { return nil }
        if let first = found.first {
            return ("several schedulers have the job \"\(action)\"", "write scheduler:job, such as \(first.name)")
        }
        let known = action.contains(":") ? jobs.map(\.name) : jobs.map(\.module)
        return ("there is no job \"\(action)\"", Suggestion.text(for: action, among: known, what: "jobs"))
    }

    private func fitting(_ action: String) -> [SchedulerJob] {
        let exact = jobs.filter { $0.name == action }
        return exact.isEmpty ? jobs.filter { $0.module == action } : exact
    }
}
