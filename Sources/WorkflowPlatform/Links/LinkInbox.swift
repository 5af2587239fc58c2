import Crypto
import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// Puts events on record that links have to deliver, many in one transaction, behind the backs of the workflows that
/// they come from. Until that is done they stay in the store of their workflow.
final class LinkInbox: Sendable {
    /// How many events may wait to be put on record; then workflows keep theirs for a while.
    static let capacity = 20_000
    private static let batch = 500
    private static let retry = Backoff(base: .milliseconds(200), limit: .seconds(10))

    private struct Item {
        let deliveries: [LinkDelivery]
        let settled: @Sendable () -> Void
    }

    private struct State {
        var waiting: [Item] = []
        var isClosed = false
        /// Orders what comes, also beside what came before a restart.
        var position: Int64 = 0

        mutating func nextPosition(at now: Timestamp) -> String {
            position = max(position + 1, now.nanoseconds)
            let digits = String(position)
            return String(repeating: "0", count: max(0, 19 - digits.count)) + digits
        }
    }

    private let database: any SQLDatabase
    private let clock: any EngineClock
    private let logger: Logger
    private let metrics: LinkMetrics
    private let work: LinkWork
    private let state = Mutex(State())
    private let news = WakeUp()
    private let end = WakeUp()

    init(
        database: any SQLDatabase, environment: EngineEnvironment, metrics: LinkMetrics, work: LinkWork
    ) {
        self.database = database
        clock = environment.clock
        logger = environment.logger
        self.metrics = metrics
        self.work = work
    }

    /// Takes an event.
    ///
    /// - Parameter settled: Called when it is on record for all links, or for none.
    /// - Throws: ``WorkflowError`` `.unavailable` when there is no room now.
    func take(
        _ message: Message, for links: [WorkflowLink], settled: @escaping @Sendable () -> Void
    ) throws {
        let (hops, trace) = EventHops.split(message.trace)
        let within = links.filter { hops < $0.settings.hopLimit }
        if within.count < links.count { tooFar(message, hops, by: links.count - within.count) }
        guard !within.isEmpty else { return settled() }
        guard within.allSatisfy({ work.hasRoom(on: $0.id) }) else {
            throw WorkflowError(.unavailable, "Too many events wait for the target of a link.")
        }
        let now = clock.now
        try state.withLock { state in
            guard !state.isClosed, state.waiting.count < Self.capacity else {
                throw WorkflowError(.unavailable, "Too many events of workflows wait to be put on record.")
            }
            let deliveries = within.map { link in
                LinkDelivery(
                    id: Self.identifier(of: message.id, on: link), link: link.id,
                    position: state.nextPosition(at: now), type: message.topic, data: message.payload,
                    key: message.key, hops: hops + 1, trace: trace, attempts: 0, dueAt: now, lastError: "",
                    isDead: false, createdAt: now)
            }
            state.waiting.append(Item(deliveries: deliveries, settled: settled))
        }
        news.signal()
    }

    /// The same for an event that comes again, so that its target knows it.
    private static func identifier(of event: String, on link: WorkflowLink) -> String {
        AuditHash.hexadecimal(SHA256.hash(data: Array("\(link.id) \(event)".utf8)))
    }

    private func tooFar(_ message: Message, _ hops: Int, by count: Int) {
        metrics.count(.hopLimit, by: count)
        logger.warning(
            "An event is not passed on, since it has come through too many links",
            metadata: ["event.type": "\(message.topic)", "event.id": "\(message.id)", "hops": "\(hops)"])
    }

    // MARK: - Life

    /// Writes what comes until ``close()``, however long the database takes.
    func run() async {
        var failures = 0
        while true {
            let (items, isClosed) = state.withLock { (Array($0.waiting.prefix(Self.batch)), $0.isClosed) }
            guard !items.isEmpty else {
                if isClosed { return }
                await news.wait()
                continue
            }
            do {
                try await write(items)
                failures = 0
            } catch {
                logger.warning("Events for links could not be put on record", metadata: ["error": "\(error)"])
                // Workflows keep them; what was not written when the process ends comes again.
                if isClosed { return }
                failures += 1
                await end.wait(
                    until: clock.now.advanced(by: Self.retry.delay(afterAttempt: failures, random: 1)), clock: clock)
            }
        }
    }

    private func write(_ items: [Item]) async throws {
        let deliveries = items.flatMap(\.deliveries)
        let added = try await database.write { try LinkDeliveryTable.insert(deliveries, $0) }
        state.withLock { $0.waiting.removeFirst(items.count) }
        for item in items { item.settled() }
        let now = clock.now
        for (link, count) in added { work.add(count, to: link, due: now) }
        metrics.count(.recorded, by: added.values.reduce(0, +))
    }

    /// Takes no more events; ``run()`` writes what it has, and ends.
    func close() {
        state.withLock { $0.isClosed = true }
        news.close()
        end.close()
    }
}
