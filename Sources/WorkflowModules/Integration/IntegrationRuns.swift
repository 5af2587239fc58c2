import Logging
import Synchronization
import WorkflowCore

/// Begins the runs of the section's workflows, and knows those that go on.
final class IntegrationRuns: Sendable {
    private struct State {
        var isStopping = false
        var tasks: [String: Task<IntegrationRun.Outcome, Never>] = [:]
    }

    let workflows: [IntegrationWorkflow]
    let log: ExecutionLog
    private let registry: String
    private let concurrency: Int
    private let environment: EngineEnvironment
    private let instrumentation: Instrumentation
    private let invoker: WorkflowInvoker
    private let logger: Logger
    private let state = Mutex(State())

    init(_ workflows: [IntegrationWorkflow], registry: IntegrationRegistryModule, context: ModuleContext) {
        self.workflows = workflows
        self.registry = registry.name
        concurrency = registry.configuration.maxConcurrentRuns
        environment = context.environment
        instrumentation = context.generation.instrumentation
        invoker = context.generation.invoker
        logger = context.logger
        log = ExecutionLog(
            store: context.store, limit: registry.configuration.keptExecutions, clock: context.clock,
            logger: context.logger)
    }

    /// The workflow of a name: its own, `registry:workflow`, or that of the registry when there is only one.
    func workflow(_ name: String) -> IntegrationWorkflow? {
        let name = name.hasPrefix("\(registry):") ? String(name.dropFirst(registry.utf8.count + 1)) : name
        if let workflow = workflows.first(where: { $0.name == name }) { return workflow }
        return name == registry && workflows.count == 1 ? workflows.first : nil
    }

    /// What is wrong with the name of a workflow, or `nil`.
    func problem(withName name: String) -> (message: String, suggestion: String?)? {
        guard workflow(name) == nil else { return nil }
        let names = workflows.map(\.name)
        return ("there is no integration \"\(name)\"", Suggestion.text(for: name, among: names, what: "integrations"))
    }

    /// Runs a workflow to its end, also when the caller does not wait for it.
    ///
    /// - Parameters:
    ///   - name: The workflow.
    ///   - data: Its input.
    ///   - resumption: Where an earlier run is taken up again; `nil` for a run from the beginning.
    /// - Returns: What came of it, if it was completed.
    /// - Throws: ``WorkflowError`` `.notFound`, `.invalidInput` when there is no such step, `.limitExceeded` when too many go on, `.unavailable` when the engine
    ///   stops; ``IntegrationFailure``.
    func run(
        _ name: String, data: JSONObject, from resumption: WorkflowCall.Resumption? = nil
    ) async throws -> IntegrationRun.Outcome {
        guard let workflow = workflow(name) else {
            let problem = problem(withName: name)
            throw WorkflowError(.notFound, Self.sentence(problem?.message ?? "", problem?.suggestion))
        }
        let start = try resumption.map { try IntegrationRun.Start($0, in: workflow) }
        let run = IntegrationRun(
            workflow: workflow, data: data, start: start, log: log, environment: environment,
            instrumentation: instrumentation,
            invoker: invoker)
        let scope = ExecutionScope.current
        let id = scope?.id ?? environment.identifiers.next()
        let task = try state.withLock { state in
            guard !state.isStopping else { throw WorkflowError(.unavailable, "The integrations are being stopped.") }
            guard state.tasks.count < concurrency else {
                throw WorkflowError(
                    .limitExceeded, "\(concurrency) integrations run already, as many as maxConcurrentRuns allows.")
            }
            // Not a child of the caller's task: what has begun is not left half done because a client goes away.
            let task = Task { [weak self] in
                let outcome = await run.perform(id: id)
                self?.forget(id)
                return outcome
            }
            state.tasks[id] = task
            return task
        }
        scope?.onCancel { task.cancel() }
        let outcome = await task.value
        guard outcome.execution.status == .completed else { throw IntegrationFailure(outcome: outcome) }
        return outcome
    }

    /// Takes no more runs, waits for those that go on, and cuts off those that are not done in time.
    func shutdown(deadline: Duration) async {
        let tasks = state.withLock { state in
            state.isStopping = true
            return Array(state.tasks.values)
        }
        guard !tasks.isEmpty else { return }
        await withDiscardingTaskGroup { group in
            group.addTask { [environment, logger] in
                // Cancelled when all runs have ended before.
                guard await environment.clock.wait(for: deadline) else { return }
                logger.warning("Integrations were cut off; their records say so")
                for task in tasks { task.cancel() }
            }
            for task in tasks { _ = await task.value }
            group.cancelAll()
        }
    }

    private func forget(_ id: String) {
        state.withLock { state in
            state.tasks[id] = nil
        }
    }

    private static func sentence(_ message: String, _ hint: String?) -> String {
        let text = message.prefix(1).uppercased() + message.dropFirst()
        return hint.map { "\(text); \($0)" } ?? "\(text)."
    }
}
