import Logging
import WorkflowCore

/// One run of a workflow.
struct IntegrationRun: Sendable {
    /// What came of a run.
    struct Outcome: Sendable {
        let execution: IntegrationExecution
        /// The results by step, and under `<step>_error` what went wrong.
        let results: JSONObject
        /// The step whose failure is that of the run.
        var failedStep: String?
    }

    /// Where a run begins that is not run from the beginning.
    struct Start: Sendable {
        /// The place of the first step.
        let index: Int
        /// The results of the steps before it.
        let results: JSONObject
    }

    let workflow: IntegrationWorkflow
    let data: JSONObject
    /// Where it begins; `nil` for the beginning.
    let start: Start?
    let log: ExecutionLog
    let environment: EngineEnvironment
    let instrumentation: Instrumentation
    let invoker: WorkflowInvoker

    /// Runs the steps until the end, a failure that no step handles, or until the task is cancelled.
    func perform(id: String) async -> Outcome {
        var execution = IntegrationExecution(id: id, workflow: workflow.name, startedAt: environment.clock.now)
        await log.begin(execution)
        var results = start?.results ?? [:]
        var flow = IntegrationFlow(count: workflow.steps.count)
        var action = flow.begin(at: start?.index)
        var failure: (step: String, error: any Error)?
        while case .run(let index) = action {
            let step = workflow.steps[index]
            var record = IntegrationExecution.StepRecord(
                name: step.name, connector: step.connector, status: .completed, attempts: 0,
                startedAt: environment.clock.now, duration: .zero)
            var activity = StepActivity(record, number: flow.begun)
            tell(.started, record, activity)
            var input: JSONValue?
            do {
                try Task.checkCancellation()
                let key = "\(id)/\(step.name)/\(flow.begun)"
                let result = try await perform(
                    step, key: key, results, execution: id, &record.attempts, &input)
                results[step.name] = result
                activity?.input = input
                activity?.output = result
                results.removeValue(forKey: step.errorName)
                action = flow.follow(step.onSuccess)
            } catch {
                activity?.input = input
                if Task.isCancelled {
                    record.status = .interrupted
                    record = finished(record)
                    tell(.failed, record, activity)
                    execution.add(record)
                    let isCancelled = ExecutionScope.current?.isCancelled ?? false
                    let reason = isCancelled ? "cancelled." : "cut off because the engine stops."
                    return await end(execution, .interrupted, results, "The run was \(reason)")
                }
                failure = (step.name, error)
                record.status = .failed
                record.error = "\(error)"
                results[step.errorName] = .string("\(error)")
                action = flow.follow(step.onError)
            }
            record = finished(record)
            tell(record.status == .completed ? .completed : .failed, record, activity)
            execution.add(record)
            log.update(execution)
        }
        switch (action, failure) {
        case (.fail, let failure?):
            let text = "The step \"\(failure.step)\" failed: \(failure.error)"
            return await end(execution, .failed, results, text, step: failure.step)
        case (.giveUp, _):
            let text = "The steps lead to each other: there were \(IntegrationFlow.longestRun) of them."
            return await end(execution, .failed, results, text)
        default:
            return await end(execution, .completed, results)
        }
    }

    private func tell(
        _ phase: LifecycleEvent.Phase, _ record: IntegrationExecution.StepRecord, _ activity: StepActivity?
    ) {
        var event = LifecycleEvent(
            phase, step: record.name, connector: record.connector, of: workflow.name, workflowType: "integration",
            timestamp: environment.clock.now)
        if phase != .started { (event.duration, event.error) = (record.duration, record.error) }
        invoker.report(event)
        guard var activity else { return }
        if phase != .started {
            activity.status = record.status == .completed ? .completed : .failed
            activity.endedAt = record.startedAt.advanced(by: record.duration)
            activity.error = record.error
        }
        environment.traces.tell(.step(activity))
    }

    private func finished(_ record: IntegrationExecution.StepRecord) -> IntegrationExecution.StepRecord {
        var record = record
        record.duration = record.startedAt.duration(to: environment.clock.now)
        return record
    }

    private func end(
        _ execution: IntegrationExecution, _ status: IntegrationExecution.Status, _ results: JSONObject,
        _ error: String? = nil, step: String? = nil
    ) async -> Outcome {
        var execution = execution
        execution.finish(status, at: environment.clock.now, error: error)
        await log.finish(execution)
        return Outcome(execution: execution, results: results, failedStep: step)
    }

    /// Runs a step, again as often as it says.
    ///
    /// - Parameters:
    ///   - step: The step.
    ///   - key: The same for all attempts.
    ///   - results: The results so far.
    ///   - execution: Identifies the run.
    ///   - attempts: Counts the attempts.
    ///   - given: Set to what the step is given.
    /// - Returns: What is stored as the result.
    private func perform(
        _ step: IntegrationStep, key: String, _ results: JSONObject, execution: String, _ attempts: inout Int,
        _ given: inout JSONValue?
    ) async throws -> JSONValue {
        let values = IntegrationValues(
            scope: ExpressionScope(
                roots: [
                    "data": .object(data), "steps": .object(results),
                    "execution": ["id": .string(execution), "workflow": .string(workflow.name)],
                ], data: data.merging(results)),
            expressions: ExpressionEnvironment(clock: environment.clock, identifiers: environment.identifiers))
        let input = try step.input?.render(in: values.scope, environment: values.expressions)
        given = input
        let attempt = try step.call.prepare(input: input, values: values, key: key)
        while true {
            attempts += 1
            do {
                let result = try await measured(step.connector, attempt)
                return try step.transformed(result, input: input, values: values)
            } catch {
                guard attempts <= step.retryCount, Self.mayPass(error) else { throw error }
                try await environment.clock.sleep(for: step.retryDelay)
            }
        }
    }

    /// Whether another attempt may end differently.
    private static func mayPass(_ error: any Error) -> Bool {
        if error is ExpressionEvaluationError || error is CancellationError { return false }
        return ![.invalidInput, .conflict, .forbidden].contains((error as? WorkflowError)?.code)
    }

    private func measured(
        _ connector: String, _ attempt: @Sendable () async throws -> JSONValue
    ) async throws -> JSONValue {
        let started = environment.clock.now
        var status = "failure"
        defer {
            environment.metrics.connectorRequests.with(connector, status).increment()
            environment.metrics.connectorDuration.with(connector).record(started.duration(to: environment.clock.now))
        }
        let result = try await instrumentation.observe("call", module: connector) { try await attempt() }
        status = "success"
        return result
    }
}

extension IntegrationRun.Start {
    /// Finds the step at which an earlier run is taken up again.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` when there is no such step.
    init(_ resumption: WorkflowCall.Resumption, in workflow: IntegrationWorkflow) throws {
        guard let index = workflow.steps.firstIndex(where: { $0.name == resumption.step }) else {
            let hint = Suggestion.text(for: resumption.step, among: workflow.steps.map(\.name), what: "steps")
            throw WorkflowError(
                .invalidInput,
                Suggestion.sentence("The integration \"\(workflow.name)\" has no step \"\(resumption.step)\"", hint))
        }
        self.init(index: index, results: resumption.results)
    }
}

extension StepActivity {
    /// What those who look on are told of a step of an integration; `nil` when there is nobody.
    fileprivate init?(_ record: IntegrationExecution.StepRecord, number: Int) {
        guard let scope = ExecutionScope.current else { return nil }
        self.init(
            of: .call(scope), key: String(number), name: record.name, type: record.connector,
            startedAt: record.startedAt)
    }
}

/// A run ended with a failure.
struct IntegrationFailure: Error, CustomStringConvertible {
    let outcome: IntegrationRun.Outcome

    var description: String { outcome.execution.error ?? "The integration failed." }
}
