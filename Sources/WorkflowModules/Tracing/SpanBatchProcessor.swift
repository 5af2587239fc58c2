import Synchronization
import WorkflowCore

/// Sends the spans of a queue: when there are enough for a batch, and otherwise from time to time.
///
/// One batch is under way at a time.
final class SpanBatchProcessor: Sendable {
    private let queue: SpanQueue
    private let alarm: Alarm
    private let losses: SpanLosses
    private let exporter: SpanExporter
    private let delay: Duration
    private let exported: MetricCounter
    private let isClosing = Atomic<Bool>(false)

    /// - Parameters:
    ///   - queue: Where the spans are.
    ///   - alarm: Rings when there are enough for a batch.
    ///   - losses: Told of spans that were lost.
    ///   - exporter: Sends them.
    ///   - delay: How long a span waits at most before it is sent.
    init(queue: SpanQueue, alarm: Alarm, losses: SpanLosses, exporter: SpanExporter, delay: Duration) {
        self.queue = queue
        self.alarm = alarm
        self.losses = losses
        self.exporter = exporter
        self.delay = delay
        exported = exporter.environment.metrics.registry.counter(
            "otel_spans_exported_total", help: "Spans that the collector has taken."
        ).with()
    }

    /// Sends spans until ``close()``, and then what is left; drops what is left when the task is cancelled.
    func run(through transport: any FetchTransport) async {
        var problem: String?
        while !isClosing.load(ordering: .acquiring), !Task.isCancelled {
            if !queue.hasBatch { await alarm.sleep(for: delay, clock: exporter.environment.clock) }
            repeat {
                await sendBatch(through: transport, &problem)
            } while queue.hasBatch && !Task.isCancelled
        }
        while !Task.isCancelled, await sendBatch(through: transport, &problem) {}
        losses.add(queue.close(), because: .shutdown)
        losses.report(problem: problem, isLast: true)
    }

    /// Lets ``run(through:)`` come to its end.
    func close() {
        isClosing.store(true, ordering: .releasing)
        alarm.ring()
    }

    /// - Parameter problem: The collector's last problem.
    /// - Returns: Whether there was anything to send.
    @discardableResult
    private func sendBatch(through transport: any FetchTransport, _ problem: inout String?) async -> Bool {
        let batch = queue.takeBatch()
        if !batch.isEmpty {
            switch await exporter.send(batch, through: transport) {
            case .taken(let rejected, let message):
                problem = rejected > 0 ? "\(exporter.receiver) rejects spans: \(message)" : nil
                let lost = min(rejected, batch.count)
                exported.increment(by: batch.count - lost)
                if lost > 0 { losses.add(lost, because: .refused) }
            case .refused(let text):
                problem = text
                losses.add(batch.count, because: .refused)
            case .notTaken(let text):
                problem = text
                losses.add(batch.count, because: Task.isCancelled ? .shutdown : .notTaken)
            }
        }
        losses.report(problem: problem)
        return !batch.isEmpty
    }
}
