import HTTPTypes
import Synchronization
import WorkflowCore
import WorkflowModules
import WorkflowStore

/// Runs parts of workflows because somebody asks for it, each in a task of its own.
final class ManualExecutions: Sendable {
    /// What is to be run.
    struct Run: Sendable {
        var call: WorkflowCall
        /// The execution that it repeats.
        var origin: ID<Execution>?
        /// What goes on record, such as `execution.trigger`.
        let action: String
    }

    private let engines: EngineManager
    private let recorder: ExecutionRecorder
    private let tasks = Mutex<[String: Task<Void, Never>]>([:])

    init(engines: EngineManager, recorder: ExecutionRecorder) {
        self.engines = engines
        self.recorder = recorder
    }

    /// The engine of a workflow in an environment with what it runs.
    ///
    /// - Throws: ``HTTPError`` 409 when it does not run.
    func running(_ key: DeploymentKey) throws -> (engine: WorkflowEngine, invoker: WorkflowInvoker) {
        guard let engine = engines.running(key)?.engine, let generation = engine.runningGeneration else {
            throw PlatformError.conflict(
                "not-running", "The workflow does not run in \(key.environment); deploy a version of it there.")
        }
        return (engine, generation.invoker)
    }

    /// Begins a run, which goes on when this returns. Everything that somebody starts by hand comes through here.
    ///
    /// - Throws: ``HTTPError`` 402 when the executions of the month are used up, 409 when the workflow does not run
    ///   there, 422 when it has no such part or action.
    func start(_ run: Run, of key: DeploymentKey, _ call: APICall) async throws -> Execution {
        let (engine, invoker) = try running(key)
        try Self.check(run.call, invoker)
        let company = try call.path.company
        let entry = Self.entry(run, engines, key, call)
        let event = call.event(
            run.action, "execution", entry.execution.id.text,
            [
                "workflow_id": .string(key.workflow.text),
                "environment": .string(key.environment.text), "workflow": .string(run.call.workflow),
                "action": .string(run.call.action),
                "origin_id": run.origin.map { .string($0.text) } ?? .null,
            ])
        // Its row is there before it does anything.
        let execution = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            guard try !ExecutionBatch([entry]).write(connection).isEmpty,
                let execution = try ExecutionTable.find(entry.execution.id, connection)
            else { throw PlatformError.notFound }
            // Behind the batch, as the recorder does, so that the two never wait for each other.
            try call.services.quotas.admitExecution(company, connection)
            try call.services.audit.append(event, to: company, now: call.now, connection)
            return execution
        }
        call.services.activity.notify(.executions, of: key.workflow)
        let scope = ExecutionScope(id: execution.id.text)
        recorder.adopt(execution, scope, secrets: entry.recorder.secrets)
        perform(run.call, on: engine, as: scope)
        return execution
    }

    private func perform(_ call: WorkflowCall, on engine: WorkflowEngine, as scope: ExecutionScope) {
        tasks.withLock { tasks in
            let task = Task { [weak self, recorder] in
                do {
                    let result = try await engine.invoke(call, as: scope)
                    recorder.ended(scope, .success(result))
                } catch {
                    recorder.ended(scope, .failure(error))
                }
                self?.tasks.withLock { $0[scope.id] = nil }
            }
            tasks[scope.id] = task
            scope.onCancel { task.cancel() }
        }
    }

    /// Waits until the runs have ended that go on; the engines have been stopped before.
    func finish() async {
        for task in tasks.withLock({ Array($0.values) }) { await task.value }
    }

    private static func entry(
        _ run: Run, _ engines: EngineManager, _ key: DeploymentKey, _ call: APICall
    ) -> ExecutionEntry {
        var execution = Execution(
            id: call.services.newID(), workflow: key.workflow, environment: key.environment,
            version: engines.version(of: key), kind: .call, part: run.call.workflow, action: run.call.action,
            trigger: .manual, startedAt: call.now)
        execution.origin = run.origin
        execution.originStep = run.call.resumption?.step
        let recorder = ValueRecorder(secrets: engines.secrets(of: key))
        var entry = ExecutionEntry(execution: execution, recorder: recorder)
        entry.input = Detail(.object(run.call.data), recorder)
        return entry
    }

    /// Makes sure that a workflow has what is to be run.
    private static func check(_ call: WorkflowCall, _ invoker: WorkflowInvoker) throws {
        guard let issue = invoker.issue(workflow: Located(call.workflow), action: Located(call.action)) else { return }
        let text = issue.message.prefix(1).uppercased() + issue.message.dropFirst()
        throw PlatformError.problem(
            .unprocessableContent, "not-runnable", "\(text)\(issue.suggestion.map { "; \($0)" } ?? "").",
            details: ["workflows": .array(invoker.names.map { .string($0) })])
    }
}
