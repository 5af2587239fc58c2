import WorkflowCore

/// The call of a workflow that a scheduled run makes.
///
/// A transition of a state machine is made once for a slot, also when the run begins again because a process was gone
/// before its end. Messages that are published have the same identifier again. Everything else may happen again.
struct ScheduledCall: Sendable {
    /// For how long a state machine surely knows that a call was made, less the time by which clocks may differ.
    private static let certainty = Duration.seconds(50 * 60)

    private static let keyPrefix = "schedule/"

    let workflow: String
    let action: String
    /// Further data.
    let params: JSONObject
    let generation: GenerationContext

    /// Whether the idempotency key of a call is that of a scheduled run.
    static func isKey(_ key: String) -> Bool { key.hasPrefix(keyPrefix) }

    /// Makes the call.
    ///
    /// - Throws: What the workflow throws, or ``WorkflowError`` `.stepFailed` when its result tells of a failure.
    func make(for run: ScheduledRun) async throws {
        var data: JSONObject = ["trigger_time": .string(run.scheduledTime.description)]
        data.merge(params)
        let isStateMachine = generation.invoker.handler(workflow) is StateMachineCallHandler
        // A run that names no instance begins one, and a slot has one run.
        let beginsInstance = isStateMachine && data["instanceId"] == nil && data["id"] == nil
        if beginsInstance { data["instanceId"] = .string(run.id) }
        let call = WorkflowCall(
            workflow: workflow, action: action, data: data, idempotencyKey: Self.keyPrefix + run.id,
            trigger: .schedule)
        if run.attempt > 1, isStateMachine {
            if try await wasMade(call, by: run, beginsInstance: beginsInstance) { return }
        }
        try JobTarget.check(try await generation.invoker.invoke(call))
    }

    /// Whether an earlier attempt has made the transition.
    ///
    /// - Throws: ``WorkflowError`` `.conflict` when that is not known any more.
    private func wasMade(_ call: WorkflowCall, by run: ScheduledRun, beginsInstance: Bool) async throws -> Bool {
        let now = generation.environment.clock.now
        if beginsInstance { return try await generation.store.instance(id: run.id) != nil }
        let key = call.idempotencyKey ?? ""
        if try await generation.store.value(namespace: "workflow.inbox", key: key, now: now) != nil { return true }
        guard run.scheduledTime.duration(to: now) < Self.certainty else {
            throw WorkflowError(
                .conflict, "The run was interrupted so long ago that it is not known whether its transition was made.")
        }
        return false
    }
}
