import Logging
import Synchronization

/// Runs the durable work that transitions cause: at least once, each outcome applied exactly once.
///
/// Items are committed with the transition that causes them. This dispatcher holds a lease on the ones it keeps in memory;
/// when there are too many, further items stay in the store without a lease and are claimed when there is room.
///
/// A lease lasts as long as the run of the process, and the next run takes over everything. In a store that several processes
/// share, others do so when the process has given no sign of life for a while; see ``ClusterMember``.
public final class WorkDispatcher: Sendable {
    private struct State {
        var backlog: WorkBacklog
        /// Those of the generation that is active.
        var handlers: WorkHandlers?
        /// Items that this run has a lease on and no generation so far could run.
        var left: [WorkItem] = []
        /// The end of all leases of this run; `nil` until the run has a number.
        var runLease: Timestamp?
    }

    private static let cleaningInterval = Duration.seconds(30)
    private static let leftCapacity = 10_000
    /// How often to look for work that other processes have left to everybody.
    private static let sharedInterval = Duration.seconds(5)
    /// Leases of runs end after this time, in the year 2223, by as many nanoseconds as there were runs.
    private static let firstRunLease: Int64 = 8_000_000_000_000_000_000

    private let store: any StateStore
    private let environment: EngineEnvironment
    private let instrumentation: Instrumentation
    let owner: String
    /// This process among others; `nil` when there are none.
    private let member: ClusterMember?
    private let inFlight: MetricGauge
    private let deadlines: DeadlineQueue
    private let sections: CriticalSections
    private let state: Mutex<State>
    private let wakeUp = WakeUp()
    private let idle = WakeUp()

    init(
        store: any StateStore, environment: EngineEnvironment, instrumentation: Instrumentation,
        member: ClusterMember? = nil
    ) {
        self.store = store
        self.member = member
        self.environment = environment
        self.instrumentation = instrumentation
        self.owner = environment.identifiers.next()
        self.inFlight = environment.metrics.workItemsInFlight.with()
        self.sections = CriticalSections(store: store, clock: environment.clock)
        state = Mutex(
            State(backlog: WorkBacklog(concurrency: max(1, environment.workConcurrency), capacity: 10_000)))
        self.deadlines = DeadlineQueue(clock: environment.clock, executor: environment.taskExecutor)
    }

    /// Runs the items that begin from now on with the handlers of a generation; those that another one could not run
    /// are tried again.
    func use(_ handlers: WorkHandlers) {
        let limits = handlers.limits
        let now = environment.clock.now
        let before = state.withLock { state in
            defer {
                state.handlers = handlers
                for (name, limit) in limits { state.backlog.limit(name, to: limit) }
                state.backlog.takeAgain(state.left, now: now)
                state.left = []
            }
            return state.handlers
        }
        _ = before
        wakeUp.signal()
    }

    /// Forgets the handlers, which hold on to this dispatcher in turn, and starts no more work.
    func dismantle() {
        let released = state.withLock { state in
            state.backlog.stop()
            defer { state.handlers = nil }
            return state.handlers
        }
        _ = released
    }

    /// Decides whether a new item is kept in memory: returns its lease, or `nil` when it is left to the store.
    func reserveLease(for id: String, now: Timestamp) -> (owner: String, until: Timestamp)? {
        guard let owner = currentOwner else { return nil }
        return state.withLock { state in
            guard let until = state.runLease, state.backlog.reserve(id, now: now) else { return nil }
            return (owner, until)
        }
    }

    /// Who leases work now; `nil` while it is not sure that others have not taken over.
    private var currentOwner: String? {
        guard let member else { return owner }
        return member.identifier
    }

    /// Looks for work in the store, when others have left some there.
    func lookIntoStore() {
        let now = environment.clock.now
        state.withLock { $0.backlog.endReading([], next: now, now: now) }
        wakeUp.signal()
    }

    /// Forgets the items that wait: others have taken them over.
    func forgetWaiting() {
        let now = environment.clock.now
        state.withLock { state in
            state.backlog.forgetWaiting(now: now)
            state.left = []
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
        let isHelpNeeded = state.withLock { state in
            state.backlog.take(items, now: now)
            return state.backlog.isHelpNeeded
        }
        if isHelpNeeded { wakeUp.signal() }
        // Others may have room for what this process has not.
        if let member, items.contains(where: { $0.leaseOwner == nil }) { member.notices.tellFreeWork() }
    }

    // MARK: - Life

    /// Runs items until the task is cancelled; then lets running ones end, cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.deadlines.run() }
            group.addTask { await self.removeExpiredValues() }
            do {
                try await openRun()
                while !Task.isCancelled {
                    await readStore()
                    await searchStrays()
                    let now = environment.clock.now
                    let mayBegin = currentOwner != nil
                    let (next, due) = state.withLock { state in
                        mayBegin ? (state.backlog.next(now: now), state.backlog.nextDue) : (nil, nil)
                    }
                    if let next {
                        group.addTask { await self.perform(next) }
                    } else {
                        let time = mayBegin ? due : now.advanced(by: environment.clusterPolicy.interval)
                        await wakeUp.wait(until: time, clock: environment.clock)
                    }
                }
            } catch {
                // Cancelled before the store answered.
            }
            group.cancelAll()
        }
    }

    /// Removes small values that have expired, from time to time.
    private func removeExpiredValues() async {
        while await environment.clock.wait(for: Self.cleaningInterval) {
            do {
                while try await store.removeExpiredValues(now: environment.clock.now, limit: 1000), !Task.isCancelled {}
            } catch {
                environment.logger.warning("Expired values cannot be removed", metadata: ["error": "\(error)"])
            }
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
        guard member == nil else {
            state.withLock { $0.runLease = Timestamp(nanoseconds: Self.firstRunLease) }
            return
        }
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

    /// Claims what the store holds without a living owner, when it is time for that and there is room.
    private func readStore() async {
        let now = environment.clock.now
        guard let owner = currentOwner else { return }
        let (room, lease) = state.withLock { state in
            (state.runLease == nil ? 0 : state.backlog.beginReading(now: now), state.runLease)
        }
        guard room > 0, let lease else { return }
        do {
            // In a store that is not shared, leases that end earlier are those of runs that have ended.
            let time = member == nil ? lease.advanced(by: .nanoseconds(-1)) : now
            let items = try await store.claimWork(owner: owner, now: time, leaseUntil: lease, limit: room)
            state.withLock { $0.backlog.endReading(items, next: items.count < room ? nil : now, now: now) }
            guard member != nil, items.count < room else { return }
            let limit = now.advanced(by: Self.sharedInterval)
            let due = try await store.nextWorkDue() ?? limit
            state.withLock { $0.backlog.endReading([], next: max(now, min(limit, due)), now: now) }
        } catch {
            environment.storeOutage.failed(error, "Durable work cannot be claimed")
            state.withLock { state in
                state.backlog.endReading([], next: now.advanced(by: .seconds(1)), now: now)
                state.backlog.expectStrays(now: now)
            }
        }
    }

    /// Takes the items that are leased to this run without its knowledge, when it is time to look for them.
    private func searchStrays() async {
        let now = environment.clock.now
        guard let owner = currentOwner, state.withLock({ $0.backlog.beginSearch(now: now) }) else { return }
        var found: [WorkItem] = []
        do {
            for (id, token) in try await store.leasedWork(owner: owner)
            where state.withLock({ $0.backlog.queue.lacks(id, token: token) }) {
                guard let item = try await store.workItem(id: id), item.leaseOwner == owner else { continue }
                found.append(item)
            }
        } catch {
            environment.storeOutage.failed(error, "Durable work cannot be looked for")
            state.withLock { $0.backlog.expectStrays(now: now) }
        }
        state.withLock { $0.backlog.endSearch(found, now: environment.clock.now) }
    }

    /// Runs an item, and then others for as long as there are any that nobody runs.
    private func perform(_ item: WorkItem) async {
        var current: WorkItem? = item
        while let item = current {
            inFlight.add(1)
            // The generation that begins a run has it until its end.
            let handlers = state.withLock { state in
                state.handlers?.begin()
                return state.handlers
            }
            let execution = execution(of: item, by: handlers)
            let result = await environment.traces.resume(item.trace) { await execution.run() }
            handlers?.end()
            inFlight.add(-1)
            let now = environment.clock.now
            let mayBegin = currentOwner != nil
            let isStopping = state.withLock { state in
                switch result {
                case .done: state.backlog.finish(item, now: now)
                case .again(let next): state.backlog.resume(item, as: next, now: now)
                case .left:
                    state.backlog.finish(item, now: now)
                    if member == nil, state.left.count < Self.leftCapacity { state.left.append(item) }
                }
                current = Task.isCancelled || !mayBegin ? nil : state.backlog.next(now: now)
                return state.backlog.isStopping
            }
            if member != nil, case .left = result { await giveBack(item) }
            if current == nil { (isStopping ? idle : wakeUp).signal() }
        }
    }

    /// Leaves an item to other processes, which may have a configuration that can do something with it.
    private func giveBack(_ item: WorkItem) async {
        var free = item
        free.leaseOwner = nil
        free.leaseUntil = nil
        free.notBefore = environment.clock.now.advanced(by: Self.cleaningInterval)
        do {
            let update = StoreTransaction.Operation.updateWork(free, expectedToken: item.fencingToken)
            try await store.commit(StoreTransaction([update]))
            lookIntoStore()
        } catch let error as StoreError where error.code == .conflict {
            // Somebody else has it.
        } catch {
            environment.storeOutage.failed(
                error, "Durable work cannot be left to other nodes", metadata: ["item": "\(item.id)"])
            let now = environment.clock.now
            state.withLock { $0.backlog.expectStrays(now: now) }
            wakeUp.signal()
        }
    }

    private func execution(of item: WorkItem, by handlers: WorkHandlers?) -> WorkExecution {
        WorkExecution(
            item: item, store: store, environment: environment, instrumentation: instrumentation, deadlines: deadlines,
            sections: sections, engine: handlers?.engine(item.engine), target: handlers?.target(item.handler),
            writing: { [self] isWriting in state.withLock { $0.backlog.writers += isWriting ? 1 : -1 } })
    }
}
