import HTTPTypes
import WorkflowCore
import WorkflowModules
import WorkflowStore

/// Runs parts of workflows by hand, stops what runs, and repeats what has run.
enum ExecutionControlRoutes {
    private static let notRunning = "The workflow does not run."
    private static let usedUp = "The company has used up the executions of the month."

    static let all: [APIRoute] = [
        APIRoute(
            name: "triggerWorkflow", method: .post, path: "/workflows/{id}/trigger", tag: "Executions",
            summary: "Runs a part of a workflow; the answer does not wait for its end.",
            access: .role(.editor, .executions, on: .workflow("id")), query: [EnvironmentParameter.query],
            body: .object([
                .optional(
                    "workflow", .text(1...200),
                    "The part, such as `order` or `integration`; may be left out when there is one only."),
                .optional("action", .text(0...200), "What is asked of it, such as the name of a transition."),
                .optional("data", .freeObject(maximumBytes: 1 << 20), "The input."),
                .optional("trigger_data", .freeObject(maximumBytes: 1 << 20), "Another name of `data`."),
            ]),
            answer: .created(Documents.execution),
            problems: [402: usedUp, 409: notRunning, 422: "The workflow has no such part or action."],
            handler: trigger),
        APIRoute(
            name: "cancelExecution", method: .post, path: "/executions/{id}/cancel", tag: "Executions",
            summary: "Stops a call; it is `cancelled` as soon as its step has stopped.",
            access: .role(.admin, .executions, on: .execution("id")), answer: .ok(Documents.execution),
            problems: [409: "It has ended, or it cannot be stopped."], handler: cancel),
        APIRoute(
            name: "retryExecution", method: .post, path: "/executions/{id}/retry", tag: "Executions",
            summary: "Runs a call again with the same input, as an execution of its own.",
            access: .role(.editor, .executions, on: .execution("id")), answer: .created(Documents.execution),
            problems: [
                402: usedUp, 409: "It goes on, its input is not complete, or: \(notRunning)",
                422: "It has no such part now.",
            ],
            handler: retry),
        APIRoute(
            name: "replayExecution", method: .post, path: "/executions/{id}/replay", tag: "Executions",
            summary: "Runs an integration again from one of its steps, with the recorded results of those before it.",
            access: .role(.editor, .executions, on: .execution("id")),
            body: .object([.optional("from_step", .text(1...200), "The step; by default the first one that failed.")]),
            answer: .created(Documents.execution),
            problems: [
                402: usedUp, 409: "It goes on, what it needs is not complete, or: \(notRunning)",
                422: "There is no such step.",
            ], handler: replay),
    ]

    @Sendable private static func trigger(_ call: APICall) async throws -> APIAnswer {
        let (key, manual) = (try await EnvironmentParameter.key(call), call.services.manual)
        let names = try manual.running(key).invoker.names
        guard let part = call.text("workflow") ?? (names.count == 1 ? names.first : nil) else {
            throw PlatformError.problem(
                .unprocessableContent, "not-runnable",
                names.isEmpty
                    ? "The workflow has no parts that can be run." : "Say which part is to be run, as \"workflow\".",
                details: ["workflows": .array(names.map { .string($0) })])
        }
        let data = (call.body["data"] ?? call.body["trigger_data"])?.objectValue ?? [:]
        let run = ManualExecutions.Run(
            call: WorkflowCall(workflow: part, action: call.text("action") ?? "", data: data),
            action: "execution.trigger")
        return .data(.object(Documents.make(try await manual.start(run, of: key, call))))
    }

    @Sendable private static func cancel(_ call: APICall) async throws -> APIAnswer {
        let (company, services) = (try call.path.company, call.services)
        let execution = try await services.database.read { try ExecutionRoutes.find(call, $0) }
        guard execution.status == .running else {
            throw PlatformError.conflict("not-running", "The execution has ended: it is \(execution.status.rawValue).")
        }
        guard execution.kind == .call else {
            throw PlatformError.conflict(
                "not-cancellable",
                "An instance of a state machine ends by a transition; trigger one that leads to a final state.")
        }
        guard let scope = services.executions.scope(of: execution.id), scope.canBeCancelled else {
            throw PlatformError.conflict("not-cancellable", "The execution cannot be stopped; it is about to end.")
        }
        try await services.database.write { connection in
            try services.audit.lock(company, connection)
            let event = call.event(
                "execution.cancel", "execution", execution.id.text,
                [
                    "workflow_id": .string(execution.workflow.text),
                    "environment": .string(execution.environment.text),
                ])
            try services.audit.append(event, to: company, now: call.now, connection)
        }
        scope.cancel()
        return .data(.object(Documents.make(execution)))
    }

    @Sendable private static func retry(_ call: APICall) async throws -> APIAnswer {
        let execution = try await call.services.database.read { try ExecutionRoutes.find(call, $0) }
        let run = ManualExecutions.Run(
            call: try repeated(execution), origin: execution.id, action: "execution.retry")
        let started = try await call.services.manual.start(run, of: execution.key, call)
        return .data(.object(Documents.make(started)))
    }

    @Sendable private static func replay(_ call: APICall) async throws -> APIAnswer {
        let manual = call.services.manual
        let (execution, steps) = try await call.services.database.read { connection in
            let execution = try ExecutionRoutes.find(call, connection)
            let all = PageRequest(cursor: Cursor(key: "0"), limit: ExecutionRoom.Limits.stepsOfExecution)
            return (execution, try ExecutionStepTable.list(of: execution.id, all, connection).items)
        }
        var again = try repeated(execution)
        let handler = try manual.running(execution.key).invoker.handler(execution.part)
        guard handler is any ResumableWorkflow else {
            throw PlatformError.conflict("not-replayable", "Only integrations can be run from one of their steps.")
        }
        guard execution.dropped == 0 else {
            throw PlatformError.conflict(
                "incomplete-record", "Not all steps of the execution are on record; retry the whole execution.")
        }
        again.resumption = try ExecutionReplay(steps).resumption(from: call.text("from_step"))
        let run = ManualExecutions.Run(call: again, origin: execution.id, action: "execution.replay")
        return .data(.object(Documents.make(try await manual.start(run, of: execution.key, call))))
    }

    /// The call of an execution once more.
    ///
    /// - Throws: ``HTTPError`` 409 when it cannot be made again.
    private static func repeated(_ execution: Execution) throws -> WorkflowCall {
        guard execution.kind == .call else {
            throw PlatformError.conflict(
                "not-repeatable",
                "An instance of a state machine cannot be repeated; repeat the call that has begun it, if there is one."
            )
        }
        guard execution.status != .running else {
            throw PlatformError.conflict("still-running", "The execution goes on; repeat it when it has ended.")
        }
        guard execution.input.flaws.isEmpty, let json = execution.input.json,
            let data = try JSONValue(parsing: json).objectValue
        else {
            throw PlatformError.conflict(
                "incomplete-record",
                "The input of the execution is \(execution.input.state) on record; trigger the workflow with all of it."
            )
        }
        return WorkflowCall(workflow: execution.part, action: execution.action, data: data)
    }
}
