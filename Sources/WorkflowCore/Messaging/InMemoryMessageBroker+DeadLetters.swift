import Logging

/// Messages that could not be handled.
extension InMemoryMessageBroker: DeadLetterKeeping {
    public func deadLetters(limit: Int = 1000) async throws -> [DeadLetter] {
        try await letters.letters(limit: limit)
    }

    /// Counts the dead letters of earlier runs, for the metrics.
    ///
    /// - Throws: ``StoreError``.
    public func countDeadLetters() async throws {
        try await letters.count()
    }

    public func redriveDeadLetter(id: String) async throws {
        let letter = try await letters.take(id)
        var delivery = Delivery(message: letter.message, settlement: nil, letter: id)
        delivery.message.deliveryAttempt = 1
        let queue = queues.first { $0.name == letter.subscription }
        guard queue?.offer(delivery, beyondCapacity: true) == .accepted else {
            letters.release(id)
            throw WorkflowError(
                .notFound,
                "Nobody subscribes as \"\(letter.subscription)\" any more, as the dead letter \"\(id)\" needs.")
        }
    }

    @discardableResult
    public func discardDeadLetter(id: String) async throws -> Bool {
        try await letters.remove(id)
    }

    /// Removes the dead letter that a message was delivered from, since it has been handled.
    func forget(_ delivery: Delivery) async {
        guard let id = delivery.letter else { return }
        do {
            try await letters.remove(id)
        } catch {
            letters.release(id)
            logger.warning(
                "A dead letter has been handled but could not be removed.",
                metadata: ["broker.name": "\(name)", "letter": "\(id)", "error": "\(error)"])
        }
    }

    /// Puts a message among the dead letters.
    ///
    /// - Throws: ``StoreError``; the message is not among them then.
    func bury(_ delivery: Delivery, from queue: SubscriptionQueue, error: any Error) async throws {
        let (message, text) = (delivery.message, String(describing: error))
        try await letters.put(message, subscription: queue.name, error: text, id: delivery.letter)
        logger.error(
            "A message could not be handled and is a dead letter now.",
            metadata: [
                "broker.name": "\(name)", "broker.subscription": "\(queue.name)", "message.topic": "\(message.topic)",
                "message.id": "\(message.id)", "message.attempts": "\(message.deliveryAttempt)", "error": "\(text)",
            ])
    }
}
