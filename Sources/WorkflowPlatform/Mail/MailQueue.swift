import Logging
import Synchronization
import WorkflowCore

/// Sends e-mails behind the backs of requests, so that the time of an answer says nothing about whether one was sent.
final class MailQueue: Sendable {
    private static let attempts = 4

    private let sender: any MailSender
    private let clock: any EngineClock
    private let logger: Logger
    private let messages: AsyncStream<MailMessage>
    private let continuation: AsyncStream<MailMessage>.Continuation
    private let outcomes: MetricFamily<MetricCounter>
    private let waiting = Atomic<Int>(0)

    /// Creates a queue.
    ///
    /// - Parameters:
    ///   - sender: Sends the messages.
    ///   - environment: Time, the log, and where messages are counted.
    ///   - capacity: How many messages may wait.
    init(sender: any MailSender, environment: EngineEnvironment, capacity: Int = 1000) {
        self.sender = sender
        clock = environment.clock
        logger = environment.logger
        outcomes = environment.metrics.registry.counter(
            "platform_mails_total", help: "E-mails, by outcome.", labels: ["outcome"])
        for outcome in ["sent", "failed", "dropped"] { _ = outcomes.with(outcome) }
        (messages, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(capacity))
    }

    /// Takes a message; one too many is dropped, which the log tells.
    func submit(_ message: MailMessage) {
        waiting.wrappingAdd(1, ordering: .relaxed)
        if case .dropped = continuation.yield(message) {
            waiting.wrappingSubtract(1, ordering: .relaxed)
            outcomes.with("dropped").increment()
            logger.warning("An e-mail was dropped, since too many wait")
        }
    }

    /// How many messages are not sent yet.
    var waitingCount: Int { waiting.load(ordering: .relaxed) }

    /// Sends messages until the task is cancelled.
    func run() async {
        for await message in messages {
            await send(message)
            waiting.wrappingSubtract(1, ordering: .relaxed)
        }
    }

    private func send(_ message: MailMessage) async {
        for attempt in 1...Self.attempts {
            do {
                try await sender.send(message)
                outcomes.with("sent").increment()
                return
            } catch {
                logger.warning(
                    "An e-mail could not be sent",
                    metadata: ["mail.attempt": "\(attempt)", "error": "\(error)"])
            }
            guard attempt < Self.attempts else {
                outcomes.with("failed").increment()
                return
            }
            do {
                try await clock.sleep(for: .seconds(1 << (2 * attempt)))
            } catch {
                return
            }
        }
    }
}
