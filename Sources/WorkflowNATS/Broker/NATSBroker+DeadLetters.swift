#if NATS
import WorkflowCore

/// Messages that could not be handled, or not be published.
extension NATSBroker: DeadLetterKeeping {
    func deadLetters(limit: Int) async throws -> [DeadLetter] {
        try await link().letters.letters(limit: limit)
    }

    func redriveDeadLetter(id: String) async throws {
        let link = try link()
        let letter = try await link.letters.take(id)
        guard letter.subscription != Self.publisher else {
            link.letters.release(id)
            throw WorkflowError(
                .conflict, "The dead letter \"\(id)\" is too large to be published; discard it.")
        }
        var delivery = NATSDelivery(message: letter.message, letter: id)
        delivery.message.deliveryAttempt = 1
        guard let consumer = link.consumer(ofSubscription: letter.subscription) else {
            link.letters.release(id)
            throw WorkflowError(
                .notFound,
                "Nobody subscribes as \"\(letter.subscription)\" any more, as the dead letter \"\(id)\" needs.")
        }
        consumer.add(delivery)
    }

    @discardableResult
    func discardDeadLetter(id: String) async throws -> Bool {
        try await link().letters.remove(id)
    }
}
#endif
