import Logging
import Synchronization
import WorkflowCore

/// Sends e-mails behind the backs of requests, so that the time of an answer says nothing about whether one was sent.
final class MailQueue: Sendable {
    private static let attempts = 4
    private static let drainTime = Duration.seconds(10)

    private struct Delivery: Sendable {
        let message: MailMessage
        var attempt = 1
    }

    private let sender: any MailSender
    private let clock: any EngineClock
    private let logger: Logger
    private let capacity: Int
    private let deliveries: AsyncStream<Delivery>
    private let continuation: AsyncStream<Delivery>.Continuation
    private let outcomes: MetricFamily<MetricCounter>
    private let waiting = Atomic<Int>(0)

    /// Creates a queue.
    ///
    /// - Parameters:
    ///   - sender: Sends the messages.
    ///   - environment: Time, the log, and where messages are counted.
    ///   - capacity: How many messages may wait, those to be tried again included.
    init(sender: any MailSender, environment: EngineEnvironment, capacity: Int = 1000) {
        self.sender = sender
        self.capacity = capacity
        clock = environment.clock
        logger = environment.logger
        outcomes = environment.metrics.registry.counter(
            "platform_mails_total", help: "E-mails, by outcome.", labels: ["outcome"])
        for outcome in ["sent", "failed", "dropped"] { _ = outcomes.with(outcome) }
        (deliveries, continuation) = AsyncStream.makeStream()
    }

    /// Takes a message; one too many is dropped, as is one after the end, which the log tells.
    func submit(_ message: MailMessage) {
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= capacity else {
            return drop("An e-mail was dropped, since too many wait")
        }
        if case .terminated = continuation.yield(Delivery(message: message)) {
            drop("An e-mail was dropped, since the platform stops")
        }
    }

    private func drop(_ why: Logger.Message) {
        waiting.wrappingSubtract(1, ordering: .relaxed)
        outcomes.with("dropped").increment()
        logger.warning(why)
    }

    /// How many messages are not sent yet.
    var waitingCount: Int { waiting.load(ordering: .relaxed) }

    /// Sends messages while `body` runs, and for ten seconds at most behind it; what waits to be tried again is dropped
    /// then.
    func delivering(_ body: () async -> Void) async {
        // Not cancelled with the caller, whose last messages are still to be sent.
        let delivery = Task { await deliver() }
        await body()
        continuation.finish()
        let deadline = Task {
            if await clock.wait(for: Self.drainTime) { delivery.cancel() }
        }
        await delivery.value
        deadline.cancel()
        let lost = waiting.exchange(0, ordering: .relaxed)
        guard lost > 0 else { return }
        outcomes.with("dropped").increment(by: lost)
        logger.error("E-mails were not sent before the platform stopped", metadata: ["mail.count": "\(lost)"])
    }

    private func deliver() async {
        await withDiscardingTaskGroup { group in
            for await delivery in deliveries {
                guard !Task.isCancelled else { break }
                guard let next = await send(delivery) else { continue }
                group.addTask {
                    guard await self.clock.wait(for: .seconds(1 << (2 * delivery.attempt))) else { return }
                    self.continuation.yield(next)
                }
            }
            group.cancelAll()
        }
    }

    /// Sends a message.
    ///
    /// - Returns: The next attempt, if there is to be one.
    private func send(_ delivery: Delivery) async -> Delivery? {
        do {
            try await sender.send(delivery.message)
            end("sent")
            return nil
        } catch {
            // What the deadline has cut short is counted with the rest.
            guard !Task.isCancelled else { return nil }
            logger.warning(
                "An e-mail could not be sent",
                metadata: ["mail.attempt": "\(delivery.attempt)", "error": "\(error)"])
            let isPermanent = (error as? WorkflowError)?.code == .invalidInput
            guard !isPermanent, delivery.attempt < Self.attempts else {
                end("failed")
                return nil
            }
            return Delivery(message: delivery.message, attempt: delivery.attempt + 1)
        }
    }

    private func end(_ outcome: String) {
        waiting.wrappingSubtract(1, ordering: .relaxed)
        outcomes.with(outcome).increment()
    }
}
