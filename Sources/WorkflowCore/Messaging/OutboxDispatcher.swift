public import Logging
import Synchronization

/// Delivers committed events to the brokers, at least once.
///
/// - Events of the same broker and key are handed over in the order of their commits; different keys go in parallel. Those
///   of an instance that moves between processes wait until the process before, or who has taken over from it, has
///   delivered its own; for a minute at most. See ``OrderedOutbox``.
/// - A broker that is down is tried again with growing, random times between; its events wait, in memory up to a bound
///   and otherwise in the store. Other brokers are not affected.
/// - An event leaves the store after the broker has settled it. A crash before that delivers it again with the same
///   ``Message/id``.
/// - An event whose broker does not exist, or that the broker refuses as invalid, stays in the store and is counted by
///   ``undeliverableEvents``; see ``retryUndeliverable()``.
///
/// ```swift
/// let outbox = OutboxDispatcher(store: store, clock: clock, logger: logger, broker: { brokers[$0] })
/// async let life: Void = outbox.run()
/// try await store.commit(transaction)      // appends `events` to the outbox
/// outbox.enqueue(events)
/// await outbox.shutdown(deadline: .seconds(5))
/// ```
public final class OutboxDispatcher: Sendable {
    struct Channel {
        let workers = WakeUp()
        var count = 0
        var idle = 0
    }

    enum Phase {
        case idle, running, draining, closed
    }

    struct State {
        var backlog: OutboxBacklog
        var phase = Phase.idle
        var isRunning = false
        var channels: [String: Channel] = [:]
        /// Brokers that need one more worker.
        var requests: [String] = []
        var missingBrokers: Set<String> = []
        var lateCommits = LateCommits()
        var ownInstances = OwnInstances()
    }

    let store: any StateStore
    /// The store, when other processes deliver events of it as well.
    let shared: (any OrderedOutbox)?
    let clock: any EngineClock
    let random: @Sendable () -> Double
    let configuration: Configuration
    let logger: Logger
    let metrics: EngineMetrics?
    let traces: Traces
    let broker: @Sendable (String) -> (any MessageBroker)?
    let state: Mutex<State>
    /// What is told of the store and of the brokers, by their names, while they are out of order.
    let storeOutage: OutageLog
    let outages = Mutex<[String: OutageLog]>([:])

    /// Wakes the task that starts workers.
    private let starter = WakeUp()
    /// Wakes the task that reads the store.
    let reader = WakeUp()
    /// Wakes the task that looks for events of commits whose answer was lost.
    private let lostAnswer = WakeUp()
    /// Wakes the task that removes events when there is one to remove, and when there is a full batch.
    let remover = WakeUp()
    let batch = WakeUp()
    /// Wakes who waits for the end of the work, and of ``run()``.
    let progress = WakeUp()
    private let end = WakeUp()

    /// Creates a dispatcher.
    ///
    /// - Parameters:
    ///   - store: Whose outbox it empties.
    ///   - clock: Where waits come from.
    ///   - random: Returns a number from 0 up to 1; spreads attempts.
    ///   - configuration: Bounds and times.
    ///   - metrics: Where events are counted; `nil` for nowhere.
    ///   - logger: Where problems are reported.
    ///   - traces: Makes a span for each event.
    ///   - broker: Returns the broker with a name.
    public init(
        store: any StateStore, clock: any EngineClock = SystemClock(),
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        configuration: Configuration = Configuration(),
        metrics: EngineMetrics? = nil, logger: Logger = Logger(label: "workflow.outbox"),
        traces: Traces = Traces(),
        broker: @escaping @Sendable (String) -> (any MessageBroker)?
    ) {
        self.store = store
        shared = store.isShared ? store as? any OrderedOutbox : nil
        self.clock = clock
        self.random = random
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
        self.traces = traces
        self.broker = broker
        storeOutage = OutageLog(of: "outbox", clock: clock, logger: logger)
        self.state = Mutex(
            State(backlog: OutboxBacklog(capacity: configuration.capacity, pageSize: configuration.pageSize)))
        metrics?.registry.onCollect(of: self) { outbox in
            outbox.metrics?.outboxPending.with().set(Double(outbox.pendingEvents))
            outbox.metrics?.outboxUndeliverable.with().set(Double(outbox.undeliverableEvents))
        }
    }

    /// How many events in memory no broker has taken yet.
    public var pendingEvents: Int { state.withLock { $0.backlog.pending } }

    /// How many events stay in the store because no broker can take them.
    public var undeliverableEvents: Int { state.withLock { $0.backlog.undeliverable } }

    /// Takes events that have just been committed; cheap, and never waits.
    ///
    /// Call it right after the commit, and for commits that follow each other in their order. Events that are not given
    /// here are found at the next start.
    public func enqueue(_ events: [OutboxEvent]) {
        guard !events.isEmpty else { return }
        var isStartNeeded = false
        var workers: [WakeUp] = []
        state.withLock { state in
            guard state.phase == .running || state.phase == .idle else { return }
            for event in events where state.backlog.add(event) {
                switch state.helper(for: event.broker, limit: configuration.concurrency) {
                case .waiting(let worker): workers.append(worker)
                case .new: isStartNeeded = true
                case .none: break
                }
            }
        }
        for worker in workers { worker.signal() }
        if isStartNeeded { starter.signal() }
    }

    /// Tries the events again that no broker could take, for instance after brokers were added.
    public func retryUndeliverable() {
        state.withLock { state in
            state.missingBrokers = []
            state.backlog.retryUndeliverable()
        }
        reader.signal()
    }

    /// Looks for events whose commit failed in a way that leaves open whether it was made.
    public func abandon(_ events: [OutboxEvent], after error: any Error) {
        let code = (error as? StoreError)?.code
        guard !events.isEmpty, code != .conflict, code != .storageFull else { return }
        let now = clock.now
        state.withLock { $0.lateCommits.expect(now: now) }
        lostAnswer.signal()
    }

    private func searchLateCommits() async {
        while !isClosed, !Task.isCancelled {
            let due = state.withLock { $0.lateCommits.due }
            await lostAnswer.wait(until: due, clock: clock)
            let now = clock.now
            if state.withLock({ $0.lateCommits.begin(now: now) }) { lookIntoStore() }
        }
    }

    /// Reads the store again, when events have been taken over from another process.
    func lookIntoStore() {
        state.withLock { $0.backlog.readAgain() }
        reader.signal()
    }

    // MARK: - Life

    /// Delivers events, at first those that an earlier run left in the store, until ``shutdown(deadline:)`` or until the
    /// task is cancelled. Runs once.
    public func run() async {
        let isFirst = state.withLock { state in
            guard state.phase == .idle else { return false }
            state.phase = .running
            state.isRunning = true
            return true
        }
        guard isFirst else { return }
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.readStore() }
                group.addTask { await self.removeDelivered() }
                group.addTask { await self.searchLateCommits() }
                reader.signal()
                while !isClosed {
                    for name in takeRequests() {
                        group.addTask { await self.publish(to: name) }
                    }
                    await starter.wait()
                }
                group.cancelAll()
            }
        } onCancel: {
            close()
        }
        while state.withLock({ $0.backlog.removable > 0 }), await removeOnce() {}
        state.withLock { $0.isRunning = false }
        end.close()
    }

    /// Stops taking events, waits until those in memory are delivered and settled, and ends ``run()``.
    ///
    /// What is not delivered by then stays in the store for the next start.
    ///
    /// - Parameter deadline: How long to wait.
    public func shutdown(deadline: Duration) async {
        let isRunning = state.withLock { state in
            if state.phase == .running { state.phase = .draining }
            if state.phase == .idle { state.phase = .closed }
            return state.isRunning
        }
        guard isRunning else { return }
        remover.signal()
        batch.signal()
        await withDiscardingTaskGroup { group in
            group.addTask {
                guard await self.clock.wait(for: deadline) else { return }
                self.close()
            }
            while !isClosed, !state.withLock({ $0.backlog.isDone }), !Task.isCancelled { await progress.wait() }
            group.cancelAll()
        }
        close()
        await end.wait()
    }

    var isClosed: Bool { state.withLock { $0.phase == .closed } }

    private func close() {
        state.withLock { $0.phase = .closed }
        for wakeUp in [starter, reader, remover, batch, progress, lostAnswer] { wakeUp.close() }
    }

    private func takeRequests() -> [String] {
        state.withLock { state in
            defer { state.requests = [] }
            return state.requests
        }
    }

    /// Gets workers going for these brokers.
    func wakeWorkers(for brokers: some Collection<String>) {
        for name in brokers {
            let helper = state.withLock { $0.helper(for: name, limit: configuration.concurrency) }
            switch helper {
            case .waiting(let worker): worker.signal()
            case .new: starter.signal()
            case .none: break
            }
        }
    }
}

extension OutboxDispatcher.State {
    /// Who can publish one more event.
    enum Helper {
        case waiting(WakeUp)
        /// A worker that has been asked for.
        case new
        /// All workers are busy.
        case none
    }

    /// Finds a worker for one more event.
    mutating func helper(for broker: String, limit: Int) -> Helper {
        var channel = channels[broker] ?? OutboxDispatcher.Channel()
        defer { channels[broker] = channel }
        if channel.idle > 0 { return .waiting(channel.workers) }
        guard channel.count < max(limit, 1) else { return .none }
        channel.count += 1
        requests.append(broker)
        return .new
    }
}
