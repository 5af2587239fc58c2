import Logging
import WorkflowCore
import WorkflowStore

/// Delivers what links have on record: those of one link one after another, each at least once.
///
/// What a target does not take is tried again after longer and longer pauses, and is a dead letter in the end. While
/// the target does not run, nothing is tried and nothing counts.
final class LinkDispatcher: Sendable {
    static let attempts = 12
    private static let backoff = Backoff(base: .seconds(2), limit: .seconds(600))
    private static let page = 100
    /// How long until a target is looked for again that does not run.
    private static let targetInterval = Duration.seconds(1)
    /// How long until the database is asked again that did not answer.
    private static let databaseInterval = Duration.seconds(5)

    private let database: any SQLDatabase
    private let engines: EngineManager
    private let clock: any EngineClock
    private let random: @Sendable () -> Double
    private let logger: Logger
    private let metrics: LinkMetrics
    private let work: LinkWork

    init(
        database: any SQLDatabase, engines: EngineManager, environment: EngineEnvironment, metrics: LinkMetrics,
        work: LinkWork
    ) {
        self.database = database
        self.engines = engines
        clock = environment.clock
        random = environment.random
        logger = environment.logger
        self.metrics = metrics
        self.work = work
    }

    /// Delivers until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let now = clock.now
                let found = work.begin(at: now) { self.engines.running($0) != nil }
                for link in found.links { group.addTask { await self.deliver(on: link) } }
                metrics.wait(work.waiting)
                let look = found.isWaitingForTarget ? now.advanced(by: Self.targetInterval) : nil
                await work.news.wait(until: [found.next, look].compactMap { $0 }.min(), clock: clock)
            }
        }
    }

    /// Delivers what is due on a link, part by part.
    private func deliver(on link: WorkflowLink) async {
        var due: Timestamp?
        do {
            while !Task.isCancelled, engines.running(link.target) != nil {
                let now = clock.now
                let part = try await database.read { connection in
                    try LinkDeliveryTable.due(on: link.id, at: now, limit: Self.page, connection)
                }
                guard !part.isEmpty else { break }
                try await settle(await deliver(part, on: link), on: link)
            }
            due = try await database.read { try LinkDeliveryTable.nextDue(on: link.id, $0) }
        } catch {
            due = clock.now.advanced(by: Self.databaseInterval)
            if !Task.isCancelled {
                logger.warning(
                    "A link could not be worked on", metadata: ["link.id": "\(link.id)", "error": "\(error)"])
            }
        }
        work.end(link.id, due: due)
    }

    private func deliver(_ part: [LinkDelivery], on link: WorkflowLink) async -> (
        done: [String], failed: [LinkDelivery]
    ) {
        var (done, failed): ([String], [LinkDelivery]) = ([], [])
        for delivery in part {
            // The rest stays due when the target stops meanwhile.
            guard !Task.isCancelled, let engine = engines.running(link.target)?.engine else { break }
            do {
                try await LinkTarget(engine: engine, clock: clock, logger: logger).take(delivery, of: link)
                done.append(delivery.id)
            } catch {
                guard !Task.isCancelled, engines.running(link.target) != nil else { break }
                failed.append(failure(of: delivery, error))
            }
        }
        return (done, failed)
    }

    private func failure(of delivery: LinkDelivery, _ error: any Error) -> LinkDelivery {
        var failed = delivery
        failed.attempts += 1
        failed.lastError = String("\(error)".prefix(500))
        failed.isDead = failed.attempts >= Self.attempts
        failed.dueAt = clock.now.advanced(by: Self.backoff.delay(afterAttempt: failed.attempts, random: random()))
        logger.info(
            "A target did not take the event of a link",
            metadata: [
                "link.id": "\(delivery.link)", "event.type": "\(delivery.type)", "attempt": "\(failed.attempts)",
                "error": "\(failed.lastError)",
            ])
        return failed
    }

    private func settle(_ outcome: (done: [String], failed: [LinkDelivery]), on link: WorkflowLink) async throws {
        guard !outcome.done.isEmpty || !outcome.failed.isEmpty else { return }
        try await database.write { connection in
            try LinkDeliveryTable.settle(done: outcome.done, failed: outcome.failed, connection)
        }
        let dead = outcome.failed.count { $0.isDead }
        metrics.count(.delivered, by: outcome.done.count)
        metrics.count(.failed, by: outcome.failed.count - dead)
        metrics.count(.dead, by: dead)
        work.settled(outcome.done.count + dead, on: link.id)
    }
}
