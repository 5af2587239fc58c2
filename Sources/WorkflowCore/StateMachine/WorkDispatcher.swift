import Logging
import Synchronization

/// Runs the durable work that transitions cause: at least once, each outcome applied exactly once.
///
/// Items are committed with the transition that causes them. This dispatcher holds a lease on the ones it keeps in memory;
/// when there are too many, further items stay in the store without a lease and are claimed when there is room.
///
/// In a store that several processes share, a lease ends after a while, so that others take over the work of a process that
/// died. In any other store a lease lasts as long as the run of the process; the next run takes over everything.
public final class WorkDispatcher: Sendable {
    private struct State {
        var backlog = WorkBacklog(concurrency: 512, capacity: 10_000)
        var engines: [String: StateMachineEngine] = [:]
        var targets: [String: WorkTarget] = [:]
        /// The end of all leases of this run in a store that is not shared; `nil` until the run has a number.
        var runLease: Timestamp?
    }

    private static let leaseDuration = Duration.seconds(300)
    /// How often to look for work of other processes that died.
    private static let takeoverInterval = Duration.seconds(30)
    /// Leases of runs end after this time, in the year 2223, by as many nanoseconds as there were runs.
    private static let firstRunLease: Int64 = 8_000_000_000_000_000_000

    private let store: any StateStore
    private let environment: EngineEnvironment
    private let instrumentation: Instrumentation
    private let owner: String
    private let inFlight: MetricGauge
    private let state = Mutex(State())
    private let wakeUp = WakeUp()
    private let idle = WakeUp()

    init(store: any StateStore, environment: EngineEnvironment, instrumentation: Instrumentation) {
        self.store = store
        self.environment = environment
        self.instrumentation = instrumentation
        self.owner = environment.identifiers.next()
        self.inFlight = environment.metrics.workItemsInFlight.with()
    }

    /// Adds a handler that hooks may name.
    public func add(_ target: WorkTarget, name: String) {
        state.withLock { $0.targets[name] = target }
    }

    /// What hooks may name `name` for, or `nil`.
    public func target(_ name: String) -> WorkTarget? {
        state.withLock { $0.targets[name] }
    }

    func add(_ engine: StateMachineEngine) {
        state.withLock { $0.engines[engine.name] = engine }
    }

    /// Forgets engines and handlers, which hold on to this dispatcher in turn.
    func dismantle() {
        let released = state.withLock { state in
            state.backlog.stop()
            defer { (state.engines, state.targets) = ([:], [:]) }
            return (state.engines, state.targets)
        }
        _ = released
    }

    /// Decides whether a new item is kept in memory: returns its lease, or `nil` when it is left to the store.
    func reserveLease(now: Timestamp) -> (owner: String, until: Timestamp)? {
        state.withLock { state in
            guard let until = leaseEnd(now, state), state.backlog.reserve(now: now) else { return nil }
            return (owner, until)
        }
    }

    /// Gives back the leases of items whose commit failed.
    func abandon(_ items: [WorkItem], after error: any Error) {
        guard !items.isEmpty else { return }
        let code = (error as? StoreError)?.code
        let isCommitUnknown = code != .conflict && code != .storageFull
        let now = environment.clock.now
        state.withLock { $0.backlog.abandon(items, isCommitUnknown: isCommitUnknown, now: now) }
        wakeUp.signal()
    }

    /// Takes items that have just been committed.
    func enqueue(_ items: [WorkItem]) {
        guard !items.isEmpty else { return }
        let now = environment.clock.now
        state.withLock { $0.backlog.take(items, now: now) }
        wakeUp.signal()
    }

    // MARK: - Life

    /// Runs items until the task is cancelled; then lets running ones end, cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            do {
                try await openRun()
                while !Task.isCancelled {
                    await readStore()
                    let now = environment.clock.now
                    let (next, due) = state.withLock { ($0.backlog.next(now: now), $0.backlog.nextDue) }
                    if let next {
                        group.addTask { await self.perform(next.item, isUnconfirmed: next.isUnconfirmed) }
                    } else {
                        await wait(until: due, now: now)
                    }
                }
            } catch {
                // Cancelled before the store answered.
            }
            group.cancelAll()
        }
    }

    /// Starts no more work, and returns when what is running has ended, or when the task is cancelled.
    func drain() async {
        state.withLock { $0.backlog.stop() }
        while state.withLock({ $0.backlog.queue.running }) > 0, !Task.isCancelled { await idle.wait() }
    }

    /// Gives the run a number, by which its leases differ from those of earlier runs whatever the clock says.
    ///
    /// - Throws: `CancellationError`.
    private func openRun() async throws {
        guard !store.isShared else { return }
        let (namespace, key) = ("workflow.engine", "work-dispatcher-runs")
        let number = try await StoreRetry(environment: environment).untilItWorks("Durable work cannot be opened") {
            let last = try await self.store.value(namespace: namespace, key: key, now: self.environment.clock.now)
            let number = Int64(last?.intValue ?? 0) + 1
            let operation = StoreTransaction.Operation.setValue(
                namespace: namespace, key: key, value: .integer(number), expiresAt: nil)
            try await self.store.commit(StoreTransaction([operation]))
            return number
        }
        state.withLock { $0.runLease = Timestamp(nanoseconds: Self.firstRunLease + number) }
    }

    private func leaseEnd(_ now: Timestamp, _ state: State) -> Timestamp? {
        store.isShared ? now.advanced(by: Self.leaseDuration) : state.runLease
    }

    /// Claims what the store holds without a living owner, when it is time for that and there is room.
    private func readStore() async {
        let now = environment.clock.now
        let (room, lease) = state.withLock { state in
            let lease = leaseEnd(now, state)
            return (lease == nil ? 0 : state.backlog.beginReading(now: now), lease)
        }
        guard room > 0, let lease else { return }
        do {
            // In a store that is not shared, leases that end earlier are those of runs that have ended.
            let time = store.isShared ? now : lease.advanced(by: .nanoseconds(-1))
            let items = try await store.claimWork(owner: owner, now: time, leaseUntil: lease, limit: room)
            state.withLock { $0.backlog.endReading(items, next: items.count < room ? nil : now, now: now) }
            guard store.isShared, items.count < room else { return }
            let limit = now.advanced(by: Self.takeoverInterval)
            let due = try await store.nextWorkDue() ?? limit
            state.withLock { $0.backlog.endReading([], next: max(now, min(limit, due)), now: now) }
        } catch {
            environment.logger.error("Durable work cannot be claimed", metadata: ["error": "\(error)"])
            state.withLock { $0.backlog.endReading([], next: now.advanced(by: .seconds(1)), now: now) }
        }
    }

    private func wait(until due: Timestamp?, now: Timestamp) async {
        guard let due else { return await wakeUp.wait() }
        let delay = now.duration(to: due)
        guard delay > .zero else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [clock = environment.clock] in try? await clock.sleep(for: delay) }
            group.addTask { [wakeUp] in await wakeUp.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    private func perform(_ item: WorkItem, isUnconfirmed: Bool) async {
        inFlight.add(1)
        let (engine, target) = state.withLock { state in
            (
                state.engines[item.engine],
                item.handlers.indices.contains(item.cursor) ? state.targets[item.handlers[item.cursor]] : nil
            )
        }
        let execution = WorkExecution(
            item: item, store: store, environment: environment, instrumentation: instrumentation, engine: engine,
            target: target, isUnconfirmed: isUnconfirmed, leaseDuration: store.isShared ? Self.leaseDuration : nil,
            token: { self.state.withLock { $0.backlog.queue.token(of: item) } })
        let result = await execution.run()
        inFlight.add(-1)
        let now = environment.clock.now
        let isStopping = state.withLock { state in
            switch result {
            case .done: state.backlog.finish(item)
            case .again(let next): state.backlog.resume(next, now: now)
            }
            return state.backlog.isStopping
        }
        (isStopping ? idle : wakeUp).signal()
    }
}

/// What a hook may lead to.
public enum WorkTarget: Sendable {
    /// A step with a policy for retries and outcomes.
    case step(any ProcessingStep)
    /// A message handler that is told of the transition.
    case message(any MessageHandler)
}
