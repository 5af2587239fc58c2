import Logging
import Synchronization

/// Messages that could not be handled.
extension InMemoryMessageBroker {
    /// Returns the messages that could not be handled, oldest first.
    public func deadLetters() -> [DeadLetter] {
        letters.withLock { $0.letters }
    }

    /// How many dead letters were dropped because there were too many.
    public var droppedDeadLetters: Int {
        letters.withLock { $0.dropped }
    }

    /// Delivers a dead letter again to the subscription that gave up, with all attempts.
    ///
    /// - Throws: ``WorkflowError`` `.notFound` when there is no such letter, or its subscription has ended.
    public func redrive(id: Int) throws {
        guard let entry = letters.withLock({ $0.remove(id: id) }) else {
            throw WorkflowError(.notFound, "The broker \"\(name)\" has no dead letter \(id).")
        }
        var delivery = Delivery(message: entry.letter.message, settlement: nil)
        delivery.message.deliveryAttempt = 1
        guard entry.queue.offer(delivery, beyondCapacity: true) == .accepted else {
            letters.withLock { $0.restore(entry) }
            throw WorkflowError(
                .notFound, "The subscription \"\(entry.queue.name)\" of the dead letter \(id) has ended.")
        }
    }

    /// Forgets a dead letter.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public func discardDeadLetter(id: Int) -> Bool {
        letters.withLock { $0.remove(id: id) != nil }
    }

    func bury(_ message: Message, from queue: SubscriptionQueue, error: any Error) {
        let text = String(describing: error)
        logger.error(
            "A message could not be handled and is a dead letter now.",
            metadata: [
                "broker.name": "\(name)", "broker.subscription": "\(queue.name)", "message.topic": "\(message.topic)",
                "message.id": "\(message.id)", "message.attempts": "\(message.deliveryAttempt)", "error": "\(text)",
            ])
        letters.withLock {
            $0.append(
                message: message, queue: queue, error: text, attempts: message.deliveryAttempt, failedAt: clock.now)
        }
    }
}
