package import WorkflowCore

/// A workflow that can take up an earlier run at one of its steps.
package protocol ResumableWorkflow: WorkflowHandler {}

/// Runs the workflows that triggers ask for.
struct IntegrationCallHandler: ActionCheckingWorkflow, ResumableWorkflow {
    let runs: IntegrationRuns

    func execute(_ call: WorkflowCall) async throws -> JSONValue {
        let outcome = try await runs.run(call.action, data: call.data, from: call.resumption)
        return .object(outcome.answer)
    }

    func problem(withAction action: String) -> (message: String, suggestion: String?)? {
        runs.problem(withName: action)
    }
}

extension IntegrationRun.Outcome {
    /// What callers are told about a run that was completed.
    var answer: JSONObject {
        [
            "success": true, "executionId": .string(execution.id), "workflow": .string(execution.workflow),
            "status": .string(execution.status.rawValue), "results": .object(results),
        ]
    }
}
