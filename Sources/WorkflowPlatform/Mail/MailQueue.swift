import Logging
import WorkflowCore

/// Sends e-mails behind the backs of requests, so that the time of an answer says nothing about whether one was sent.
final class MailQueue: Sendable {
    private static let attempts = 4

    private let sender: any MailSender
    private let clock: any EngineClock
    private let logger: Logger
    private let messages: AsyncStream<MailMessage>
    private let continuation: AsyncStream<MailMessage>.Continuation

    /// Creates a queue.
    ///
    /// - Parameter capacity: How many messages may wait.
    init(sender: any MailSender, clock: any EngineClock, logger: Logger, capacity: Int = 1000) {
        self.sender = sender
        self.clock = clock
        self.logger = logger
        (messages, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(capacity))
    }

    /// Takes a message; one too many is dropped, which the log tells.
    func submit(_ message: MailMessage) {
        if case .dropped = continuation.yield(message) {
            logger.warning("An e-mail was dropped, since too many wait")
        }
    }

    /// Sends messages until the task is cancelled.
    func run() async {
        for await message in messages { await send(message) }
    }

    private func send(_ message: MailMessage) async {
        for attempt in 1...Self.attempts {
            do {
                return try await sender.send(message)
            } catch {
                logger.warning(
                    "An e-mail could not be sent",
                    metadata: ["mail.attempt": "\(attempt)", "error": "\(error)"])
            }
            guard attempt < Self.attempts else { return }
            do {
                try await clock.sleep(for: .seconds(1 << (2 * attempt)))
            } catch {
                return
            }
        }
    }
}
