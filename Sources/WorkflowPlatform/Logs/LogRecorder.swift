import Logging
import Synchronization
import WorkflowCore
import WorkflowHTTP
import WorkflowStore

/// Keeps the logs of deployed workflows: takes their lines without making anybody wait, and writes them in batches.
final class LogRecorder: Sendable {
    private static let batchLines = 1000
    private static let retryDelay = Duration.seconds(2)

    /// The least level that is kept.
    let level: Logger.Level
    private let settings: LogSettings
    private let database: any SQLDatabase
    private let hub: ActivityHub
    private let clock: any EngineClock
    private let logger: Logger
    private let queue: LogQueue
    private let signal: EventListener
    private let outcomes: MetricFamily<MetricCounter>

    init(
        _ settings: LogSettings, database: any SQLDatabase, hub: ActivityHub, clock: any EngineClock, logger: Logger,
        metrics: MetricsRegistry
    ) {
        let signal = EventListener()
        level = settings.level.loggerLevel
        self.settings = settings
        self.database = database
        self.hub = hub
        self.clock = clock
        self.logger = logger
        self.signal = signal
        outcomes = metrics.counter(
            "platform_log_lines_total", help: "Lines of workflows' logs, by outcome.", labels: ["outcome"])
        for outcome in ["recorded", "lost"] { _ = outcomes.with(outcome) }
        queue = LogQueue(limit: settings.waitingBytes) { signal.wake() }
    }

    /// Takes a line.
    func record(_ event: LogEvent, _ metadata: Logger.Metadata, of key: DeploymentKey, in task: LogLine.Task) {
        queue.append(
            LogLine(event, metadata, of: key, in: task, longest: settings.longestText, time: clock.now))
    }

    /// How many lines wait to be written.
    var waitingCount: Int { queue.count }

    /// Writes lines while `body` runs, and what is left behind it.
    func recording(_ body: () async -> Void) async {
        let writing = Task { await run() }
        await body()
        signal.end()
        writing.cancel()
        await writing.value
        // Not cancelled with the caller, whose last lines these are.
        await Task { await writeRest() }.value
    }

    private func run() async {
        var signals = signal.signals.makeAsyncIterator()
        do {
            while await signals.next(isolation: #isolation) != nil, !Task.isCancelled {
                while case let batches = queue.take(Self.batchLines), !batches.isEmpty {
                    try await write(batches)
                    try await clock.sleep(for: settings.writeInterval)
                }
            }
        } catch {
            return
        }
    }

    /// Writes until it succeeds, unless that can never be.
    ///
    /// - Throws: `CancellationError`.
    private func write(_ batches: [LogQueue.Batch]) async throws {
        while true {
            do {
                return try await attempt(batches)
            } catch let error as SQLError where error.kind == .unavailable || error.kind == .full {
                logger.error("Logs of workflows wait to be written", metadata: ["error": "\(error)"])
            } catch {
                let count = batches.reduce(0) { $0 + $1.lines.count }
                logger.error(
                    "Lines of workflows' logs could not be written",
                    metadata: ["lines": "\(count)", "error": "\(error)"])
                outcomes.with("lost").increment(by: count)
                return
            }
            do {
                try await clock.sleep(for: Self.retryDelay)
            } catch {
                for batch in batches { queue.putBack(batch) }
                throw error
            }
        }
    }

    private func attempt(_ batches: [LogQueue.Batch]) async throws {
        let (now, limit) = (clock.now, settings.linesPerWorkflow)
        try await database.write { connection in
            for batch in batches { try LogTable.append(batch, limit: limit, now: now, connection) }
        }
        for batch in batches {
            outcomes.with("recorded").increment(by: batch.lines.count)
            outcomes.with("lost").increment(by: batch.lost)
            hub.notify(.logs, of: batch.key.workflow)
        }
    }

    private func writeRest() async {
        do {
            while case let batches = queue.take(Self.batchLines), !batches.isEmpty { try await attempt(batches) }
        } catch {
            logger.error("The last lines of workflows' logs could not be written", metadata: ["error": "\(error)"])
        }
    }
}
