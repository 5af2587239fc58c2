import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// The links between workflows: hears of events, keeps them until their targets have them, and delivers them.
final class WorkflowLinks: Sendable {
    /// How long an event waits for a target that does not run, or that does not take it.
    private static let patience = Duration.seconds(7 * 24 * 3600)
    /// How long dead letters are kept.
    private static let retention = Duration.seconds(30 * 24 * 3600)

    private struct State {
        var taps: [ID<Workflow>: WeakTap] = [:]
        var writing: Task<Void, Never>?
    }

    private struct WeakTap {
        weak var tap: LinkTap?
    }

    private let database: any SQLDatabase
    private let clock: any EngineClock
    /// Where events are counted.
    let registry: MetricsRegistry
    private let work = LinkWork()
    private let inbox: LinkInbox
    private let dispatcher: LinkDispatcher
    private let state = Mutex(State())

    init(database: any SQLDatabase, engines: EngineManager, environment: EngineEnvironment) {
        self.database = database
        clock = environment.clock
        registry = environment.metrics.registry
        let metrics = LinkMetrics(registry)
        inbox = LinkInbox(database: database, environment: environment, metrics: metrics, work: work)
        dispatcher = LinkDispatcher(
            database: database, engines: engines, environment: environment, metrics: metrics, work: work)
    }

    // MARK: - Links

    /// Reads all links, and hears of the events of engines that are started from now on.
    ///
    /// - Throws: ``SQLError``.
    func open(_ taps: EventTaps) async throws {
        var last = ""
        while true {
            let after = last
            let found = try await database.read { connection in
                try LinkTable.list(after: after, limit: 500, connection).map { link in
                    (
                        link, try LinkDeliveryTable.pending(on: link.id, connection),
                        try LinkDeliveryTable.nextDue(on: link.id, connection)
                    )
                }
            }
            for (link, waiting, due) in found { work.open(link, waiting: waiting, due: due) }
            guard let end = found.last?.0 else { break }
            last = end.id.text
        }
        taps.install { [weak self] workflow in self?.tap(of: workflow) }
    }

    private func tap(of workflow: ID<Workflow>) -> any MessageBroker {
        state.withLock { state in
            if let tap = state.taps[workflow]?.tap { return tap }
            state.taps = state.taps.filter { $0.value.tap != nil }
            let tap = LinkTap(work.links.filter { $0.source == workflow }, inbox: inbox)
            state.taps[workflow] = WeakTap(tap: tap)
            return tap
        }
    }

    /// Takes a link in that was made.
    func add(_ link: WorkflowLink) {
        work.open(link, waiting: 0, due: nil)
        refresh(link.source)
    }

    /// Forgets a link that was removed.
    func remove(_ link: WorkflowLink) {
        work.close(link.id)
        refresh(link.source)
    }

    /// Forgets the links of workflows that were removed.
    func remove(of workflows: [ID<Workflow>]) {
        let gone = Set(workflows)
        for link in work.links where gone.contains(link.source) || gone.contains(link.target) { remove(link) }
    }

    private func refresh(_ source: ID<Workflow>) {
        state.withLock { state in
            state.taps[source]?.tap?.use(work.links.filter { $0.source == source })
        }
    }

    /// Takes note of dead letters that are to be delivered again.
    func redriven(_ count: Int, on link: ID<WorkflowLink>) {
        work.add(count, to: link, due: clock.now)
    }

    // MARK: - Life

    /// Begins to put events on record, until ``close()``.
    func begin() {
        state.withLock { state in
            if state.writing == nil { state.writing = Task { [inbox] in await inbox.run() } }
        }
    }

    /// Delivers events until the task is cancelled.
    func run() async { await dispatcher.run() }

    /// Ends when what has come is on record; call it when no workflow runs any more.
    func close() async {
        inbox.close()
        await state.withLock { $0.writing }?.value
    }

    /// Gives up what has waited for too long, and forgets old dead letters.
    ///
    /// - Throws: ``SQLError``.
    func forgetOld() async throws {
        let now = clock.now
        let buried = try await database.write { connection in
            _ = try LinkDeliveryTable.forget(
                before: now.advanced(by: .zero - Self.patience - Self.retention), connection)
            return try LinkDeliveryTable.bury(
                before: now.advanced(by: .zero - Self.patience), because: "The target did not take it in time.",
                connection)
        }
        guard buried > 0 else { return }
        for link in work.links {
            work.recount(
                try await database.read { try LinkDeliveryTable.pending(on: link.id, $0) }, on: link.id)
        }
    }
}
