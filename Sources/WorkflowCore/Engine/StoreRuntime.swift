import Logging
import Synchronization

/// What runs on the state store for as long as the engine does, whatever generation is active: durable work, outgoing
/// events, and those who wait for changes of instances.
final class StoreRuntime: Sendable {
    let store: any StateStore
    let work: WorkDispatcher
    let outbox: OutboxDispatcher
    let observers = InstanceObservers()
    /// This process among those that share the store; `nil` when it is not shared.
    let member: ClusterMember?
    private let brokers = ActiveBrokers()
    private let environment: EngineEnvironment
    private let tasks = Mutex<[Task<Void, Never>]?>(nil)

    init(store: any StateStore, environment: EngineEnvironment) {
        self.store = store
        self.environment = environment
        member = store.membership.map { ClusterMember($0, environment: environment) }
        work = WorkDispatcher(
            store: store, environment: environment, instrumentation: Instrumentation(environment: environment),
            member: member)
        outbox = OutboxDispatcher(
            store: store, clock: environment.clock, random: environment.random, metrics: environment.metrics,
            logger: environment.logger, traces: environment.traces, broker: { [brokers] in brokers[$0] })
    }

    /// Gives the work and the events that begin from now on to the modules of a generation.
    func use(_ handlers: WorkHandlers, _ directory: BrokerDirectory) {
        brokers.use(directory)
        work.use(handlers)
        outbox.retryUndeliverable()
    }

    /// Begins to run, unless it has begun.
    func begin() {
        let executor = environment.taskExecutor
        tasks.withLock { tasks in
            guard tasks == nil else { return }
            let delivery = Task(executorPreference: executor) { [outbox, member] in
                // Before that it is not known which events are this process's own.
                await member?.waitForRegistration()
                await outbox.run()
            }
            tasks = [delivery, Task(executorPreference: executor) { [work] in await work.run() }]
            guard let member else { return }
            let found: @Sendable () -> Void = { [work, outbox] in
                work.lookIntoStore()
                outbox.lookIntoStore()
            }
            let life = Task(executorPreference: executor) { [work] in
                await member.run(lost: { work.forgetWaiting() }, found: found)
            }
            let notices = Task(executorPreference: executor) { [store, observers] in
                await member.notices.run(observers, read: { try await store.instance(id: $0) }, found: found)
            }
            tasks?.append(contentsOf: [life, notices])
        }
    }

    /// Finishes what is under way until the deadline, and ends.
    func finish(within deadline: Duration) async {
        guard let tasks = tasks.withLock({ $0 }) else { return }
        let clock = environment.clock
        let end = clock.now.advanced(by: deadline)
        if deadline > .zero {
            do {
                try await withTimeout(deadline, clock: clock) { [work] in
                    await work.drain()
                    try Task.checkCancellation()
                }
            } catch {
                environment.logger.warning("Durable work was cut off and goes on at the next start")
            }
        }
        await outbox.shutdown(deadline: max(.zero, clock.now.duration(to: end)))
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        await member?.leave()
    }

    /// Forgets the modules of the last generation.
    func dismantle() {
        work.dismantle()
        brokers.use(BrokerDirectory())
    }
}

/// The brokers that outgoing events go to.
private final class ActiveBrokers: Sendable {
    private let directory = Mutex(BrokerDirectory())

    subscript(name: String) -> (any MessageBroker)? { directory.withLock { $0 }[name] }

    func use(_ directory: BrokerDirectory) {
        self.directory.withLock { $0 = directory }
    }
}
