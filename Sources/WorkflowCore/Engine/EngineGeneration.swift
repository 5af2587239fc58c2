import Logging
import Synchronization

/// Everything that was built from one configuration.
final class EngineGeneration: Sendable {
    /// What tells modules and sections apart.
    struct Key: Sendable, Hashable {
        let section: ModuleDescriptor.Section
        let name: String
    }

    /// One living module.
    struct Instance: Sendable {
        let name: String
        let type: String
        let section: ModuleDescriptor.Section
        let isIngress: Bool
        let module: any WorkflowModule

        var key: Key { Key(section: section, name: name) }
    }

    private struct State {
        var prepared: [Instance] = []
        var tasks: [Key: Task<Void, Never>] = [:]
        var background: [Task<Void, Never>] = []
    }

    let context: GenerationContext
    let services: ServiceDirectory
    /// The modules in the order of preparation.
    let instances: [Instance]
    /// The context that the modules which keep the state were created with.
    private let provisional: GenerationContext?
    private let logger: Logger
    private let state = Mutex(State())

    /// Creates every module of a plan, without any effect on the outside except for what keeps the state.
    ///
    /// - Parameters:
    ///   - plan: What to build.
    ///   - number: Which generation it is.
    ///   - environment: What the program provides.
    ///   - isDryRun: Whether only to check; the state is kept in memory then.
    /// - Throws: ``ConfigurationError`` with everything that is wrong, or what the store threw.
    static func build(
        _ plan: GenerationPlan, number: Int, environment: EngineEnvironment, isDryRun: Bool
    ) async throws -> EngineGeneration {
        var builder = GenerationBuilder(number: number, environment: environment, isDryRun: isDryRun)
        return try await builder.build(plan)
    }

    init(
        context: GenerationContext, provisional: GenerationContext?, services: ServiceDirectory, instances: [Instance],
        prepared: [Instance]
    ) {
        self.context = context
        self.provisional = provisional
        self.services = services
        self.instances = instances
        self.logger = context.environment.logger
        state.withLock { $0.prepared = prepared }
    }

    /// Prepares and activates every module; takes everything down again when one fails.
    func start() async throws {
        do {
            let done = Set(state.withLock { $0.prepared.map(\.key) })
            for instance in instances where !done.contains(instance.key) {
                // Recorded before, so that a failed preparation is cleaned up as well.
                state.withLock { $0.prepared.append(instance) }
                try await Self.attempt("prepare", instance) { try await instance.module.prepare() }
            }
            try await context.work.countOpenInstances()
            let background = [
                Task { [context] in await context.outbox.run() }, Task { [context] in await context.work.run() },
            ]
            state.withLock { $0.background = background }
            for instance in instances {
                try await Self.attempt("activate", instance) { try await instance.module.activate() }
                let task = Task { [logger] in
                    do {
                        try await instance.module.run()
                    } catch is CancellationError {
                        return
                    } catch {
                        logger.error("Module stopped", metadata: ["module": "\(instance.name)", "error": "\(error)"])
                    }
                }
                state.withLock { $0.tasks[instance.key] = task }
            }
            context.isReady = true
        } catch {
            await stop(isUrgent: true)
            throw error
        }
    }

    /// Stops what takes work in from outside, then finishes durable work and outgoing events within the deadline of the
    /// environment, then stops everything else in reverse order of preparation. What is cut off goes on at the next start.
    ///
    /// Subscriptions live until the events have been delivered: an event that nobody listens to any more counts as settled.
    /// All of it happens even when the calling task is cancelled.
    ///
    /// - Parameter isUrgent: Whether to cut off durable work and outgoing events at once.
    func stop(isUrgent: Bool = false) async {
        // In a task of its own: modules that are shut down may have to wait, which a cancelled task cannot.
        await Task { await takeDown(isUrgent: isUrgent) }.value
    }

    /// Takes down what was never started, such as the result of a dry run.
    func discard() {
        context.dismantle()
        provisional?.dismantle()
    }

    private func takeDown(isUrgent: Bool) async {
        context.isReady = false
        let stopped = state.withLock { state in
            defer { state = State() }
            return state
        }
        for instance in stopped.prepared { await instance.module.quiesce() }
        await shutdown(stopped.prepared.filter(\.isIngress), stopped.tasks)
        if !stopped.background.isEmpty { await drain(within: isUrgent ? .zero : context.environment.drainDeadline) }
        for task in stopped.background { task.cancel() }
        for task in stopped.background { await task.value }
        // What handlers still publish is for the next start, also when its subscribers have gone before them.
        for (_, broker) in context.brokers { broker.retainQueues() }
        await shutdown(stopped.prepared.filter { !$0.isIngress }, stopped.tasks)
        discard()
    }

    private func drain(within deadline: Duration) async {
        let clock = context.environment.clock
        let end = clock.now.advanced(by: deadline)
        if deadline > .zero {
            do {
                try await withTimeout(deadline, clock: clock) { [context] in
                    await context.work.drain()
                    try Task.checkCancellation()
                }
            } catch {
                logger.warning("Durable work was cut off and goes on at the next start")
            }
        }
        await context.outbox.shutdown(deadline: max(.zero, clock.now.duration(to: end)))
    }

    private func shutdown(_ instances: [Instance], _ tasks: [Key: Task<Void, Never>]) async {
        for instance in instances.reversed() {
            let task = tasks[instance.key]
            task?.cancel()
            await patiently(instance) {
                await task?.value
                await instance.module.shutdown()
            }
        }
    }

    /// How long a module may take to stop beyond the drain deadline before the others stop without it.
    private static let patience = Duration.seconds(30)

    /// Waits for the stop of a module, but not for ever.
    private func patiently(_ instance: Instance, _ body: @escaping @Sendable () async -> Void) async {
        let hasStopped = Atomic(false)
        let end = WakeUp()
        let (clock, drain) = (context.environment.clock, context.environment.drainDeadline)
        let deadline = clock.now.advanced(by: drain + Self.patience)
        Task {
            await body()
            hasStopped.store(true, ordering: .releasing)
            end.close()
        }
        await end.wait(until: deadline, clock: clock)
        guard !hasStopped.load(ordering: .acquiring) else { return }
        logger.error(
            "A module does not stop; the others stop without it",
            metadata: ["module": "\(instance.name)", "type": "\(instance.type)"])
    }

    /// Runs a part of a module's life and names the module in what it throws.
    static func attempt(_ what: String, _ instance: Instance, _ body: () async throws -> Void) async throws {
        let place = "\(instance.name) (\(instance.type))"
        do {
            try await body()
        } catch let error as ConfigurationError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch let error as WorkflowError {
            throw WorkflowError(error.code, "\(place): \(error.message)", cause: error.cause)
        } catch let error as StoreError {
            let code: WorkflowError.Code =
                switch error.code {
                case .storageFull: .storageFull
                case .conflict: .conflict
                default: .unavailable
                }
            throw WorkflowError(code, "\(place): \(error.message)", cause: error)
        } catch {
            throw WorkflowError(.internal, "\(place) could not \(what)", cause: error)
        }
    }
}
