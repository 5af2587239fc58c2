import Logging
import Synchronization
import WorkflowCore

/// Counts the spans that were lost, and says so in the log from time to time.
final class SpanLosses: Sendable {
    /// Why a span was lost.
    enum Reason: String, Sendable, CaseIterable {
        /// The collector is too slow or does not answer, and there was no room for more.
        case queueFull = "queue_full"
        /// The collector has not taken it in time.
        case notTaken = "not_taken"
        /// The collector refuses it.
        case refused
        /// The program ended before it could be sent.
        case shutdown
    }

    /// How often losses are logged at most.
    static let reportInterval = Duration.seconds(60)

    private let counters: [Reason: MetricCounter]
    private let clock: any EngineClock
    private let logger: Logger
    private let unreported = Atomic<Int>(0)
    private let lastReport = Mutex<Timestamp?>(nil)

    init(environment: EngineEnvironment, logger: Logger) {
        let family = environment.metrics.registry.counter(
            "otel_spans_dropped_total", help: "Spans that did not reach the collector.", labels: ["reason"])
        counters = Dictionary(uniqueKeysWithValues: Reason.allCases.map { ($0, family.with($0.rawValue)) })
        clock = environment.clock
        self.logger = logger
    }

    /// Counts spans that were lost.
    func add(_ count: Int, because reason: Reason) {
        counters[reason]?.increment(by: count)
        unreported.add(count, ordering: .relaxed)
    }

    /// Logs what was lost, unless there was nothing or the last report is too recent.
    ///
    /// - Parameters:
    ///   - problem: What the collector's last problem was; `nil` when there was none.
    ///   - isLast: Whether there will be no other report.
    func report(problem: String?, isLast: Bool = false) {
        guard unreported.load(ordering: .relaxed) > 0 else { return }
        let now = clock.now
        let isDue = lastReport.withLock { last in
            if !isLast, let last, last.duration(to: now) < Self.reportInterval { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let count = unreported.exchange(0, ordering: .relaxed)
        logger.warning(
            "Spans were dropped; the application is not affected",
            metadata: ["otel.dropped": "\(count)", "error": "\(problem ?? "more spans than the collector takes")"])
    }
}
