import Logging
import Synchronization

/// Everything that was built from one configuration.
final class EngineGeneration: Sendable {
    let configuration: ApplicationConfiguration
    /// The hash of what the configuration means.
    let hash: String
    let context: GenerationContext
    /// The modules in the order of preparation, with those that are carried over from the generation before.
    let instances: [ModuleInstance]
    /// The modules that were carried over from the generation before.
    let inherited: [ModuleInstance]
    /// The context that the modules which keep the state were created with.
    private let provisional: GenerationContext?
    private let logger: Logger
    /// The modules that this generation has prepared, or taken over, and will shut down.
    private let owned: Mutex<[ModuleInstance]>

    /// Creates every module of a plan, without any effect on the outside except for what keeps the state.
    ///
    /// - Parameters:
    ///   - plan: What to build.
    ///   - number: Which generation it is.
    ///   - environment: What the program provides.
    ///   - isDryRun: Whether only to check; the state is kept in memory then.
    ///   - previous: The generation that it will take over from, whose modules may be carried over.
    /// - Throws: ``ConfigurationError`` with everything that is wrong, or what the store threw.
    static func build(
        _ plan: GenerationPlan, number: Int, environment: EngineEnvironment, isDryRun: Bool = false,
        previous: EngineGeneration? = nil
    ) async throws -> EngineGeneration {
        var builder = GenerationBuilder(
            number: number, environment: environment, isDryRun: isDryRun, previous: previous)
        return try await builder.build(plan)
    }

    init(
        configuration: ApplicationConfiguration, context: GenerationContext, provisional: GenerationContext?,
        instances: [ModuleInstance], inherited: [ModuleInstance], prepared: [ModuleInstance]
    ) {
        self.configuration = configuration
        hash = configuration.hash
        self.context = context
        self.provisional = provisional
        self.instances = instances
        self.inherited = inherited
        self.logger = context.environment.logger
        owned = Mutex(prepared)
    }

    /// What the modules provide.
    var services: ServiceDirectory { context.services }

    // MARK: - Start

    /// Prepares every module; takes everything down again when one fails.
    func prepare() async throws {
        do {
            let done = Set((owned.withLock { $0 } + inherited).map(\.key))
            for instance in instances where !done.contains(instance.key) {
                // Recorded before, so that a failed preparation is cleaned up as well.
                owned.withLock { $0.append(instance) }
                try await Self.attempt("prepare", instance) { try await instance.module.prepare() }
            }
        } catch {
            await stop(isUrgent: true, isLast: false)
            throw error
        }
    }

    /// Lets every module take in work, which the generation before leaves to them.
    ///
    /// - Parameter previous: The generation before; its modules go on until they are told to stand by.
    /// - Throws: What a module throws. Call ``yield(to:)`` and ``stop(isUrgent:isLast:)`` then.
    func activate(after previous: EngineGeneration? = nil) async throws {
        try await context.alignCompletion(insteadOf: previous?.context, isSettled: previous == nil)
        try await context.countOpenInstances(knownTo: previous?.context)
        takeOver(inherited, from: previous)
        context.runtime.begin()
        let kept = Set(inherited.map(\.key))
        for instance in instances where !kept.contains(instance.key) {
            try await Self.attempt("activate", instance) { try await instance.module.activate() }
            instance.begin(context.environment)
        }
        context.isReady = true
    }

    private func takeOver(_ modules: [ModuleInstance], from other: EngineGeneration?) {
        let keys = Set(modules.map(\.key))
        let moved = other?.owned.withLock { owned in
            defer { owned.removeAll { keys.contains($0.key) } }
            return owned.filter { keys.contains($0.key) }
        }
        owned.withLock { $0.insert(contentsOf: moved ?? [], at: 0) }
        other?.context.carriedOver = Set(modules.map(\.name))
        for module in modules { module.context.follow(context) }
        context.takeOver()
    }

    /// Takes in no more work, since another generation does, but stays ready to go on.
    func standBy() async {
        context.isReady = false
        for instance in owned.withLock({ $0 }).reversed() {
            await instance.end()
            await instance.module.standBy()
        }
    }

    /// Goes on in place of the generation that had taken over; ``stop(isUrgent:isLast:)`` of that one must follow.
    func resume(insteadOf other: EngineGeneration) async {
        takeOver(other.inherited, from: other)
        context.carriedOver = []
        await alignCompletion(isSettled: false)
        let kept = Set(other.inherited.map(\.key))
        for instance in owned.withLock({ $0 }) where !kept.contains(instance.key) {
            await instance.module.resume()
            instance.begin(context.environment)
        }
        context.isReady = true
    }

    /// Aligns instances whose completion another generation has seen otherwise.
    ///
    /// - Parameter isSettled: Whether no other generation changes instances any more.
    func alignCompletion(isSettled: Bool) async {
        do {
            try await context.alignCompletion(isSettled: isSettled)
        } catch {
            logger.error(
                "Instances in states that are final, or not final any more, could not be told so",
                metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Stop

    /// Stops what takes work in from outside, then finishes what is under way within the deadline of the environment, then
    /// releases everything in reverse order. A cancelled caller does not cut this short.
    ///
    /// - Parameters:
    ///   - isUrgent: Whether not to wait for durable work.
    ///   - isLast: Whether no other generation goes on.
    func stop(isUrgent: Bool, isLast: Bool) async {
        await Task { await takeDown(isUrgent: isUrgent, isLast: isLast) }.value
    }

    /// Takes down what was never started, such as the result of a dry run.
    func discard() {
        context.dismantle()
        provisional?.dismantle()
    }

    private func takeDown(isUrgent: Bool, isLast: Bool) async {
        context.isReady = false
        let instances = owned.withLock { owned in
            defer { owned = [] }
            return owned
        }
        for instance in instances { await instance.module.quiesce() }
        await shutdown(instances.filter(\.isIngress))
        let deadline = isUrgent ? .zero : context.environment.drainDeadline
        if isLast {
            await context.runtime.finish(within: deadline)
            // What handlers still publish is for the next start, also when its subscribers have gone before them.
            for (_, broker) in context.brokers { broker.retainQueues() }
        } else {
            await finishRuns(within: deadline)
        }
        await shutdown(instances.filter { !$0.isIngress })
        if isLast { context.runtime.dismantle() }
        discard()
    }

    /// Waits for the durable work that this generation has begun.
    private func finishRuns(within deadline: Duration) async {
        let handlers = context.handlers
        guard handlers.running > 0 else { return }
        do {
            try await withTimeout(deadline, clock: context.environment.clock) {
                await handlers.waitUntilIdle()
                try Task.checkCancellation()
            }
        } catch {
            guard handlers.running > 0 else { return }
            logger.warning(
                "Durable work of an earlier configuration goes on without its modules",
                metadata: ["items": "\(handlers.running)", "generation": "\(context.number)"])
        }
    }

    /// How long a module may take to stop beyond the drain deadline before the others stop without it.
    private static let patience = Duration.seconds(30)

    private func shutdown(_ instances: [ModuleInstance]) async {
        guard !instances.isEmpty else { return }
        let environment = context.environment
        let limit = StopLimit(environment.drainDeadline + Self.patience, clock: environment.clock)
        for instance in instances.reversed() {
            let isStopped = await limit.run {
                await instance.end()
                await instance.module.shutdown()
            }
            guard !isStopped else { continue }
            logger.error(
                "A module does not stop; the others stop without it",
                metadata: ["module": "\(instance.name)", "type": "\(instance.type)"])
        }
        limit.end()
    }

    /// Runs a part of a module's life and names the module in what it throws.
    static func attempt(_ what: String, _ instance: ModuleInstance, _ body: () async throws -> Void) async throws {
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
