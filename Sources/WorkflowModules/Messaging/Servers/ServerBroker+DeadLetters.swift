package import WorkflowCore

/// Messages that could not be handled, or not be published.
extension ServerBroker {
    /// Who a dead letter belongs to that no server would take.
    package static var publisher: String { "(publisher)" }

    package func deadLetters(limit: Int) async throws -> [DeadLetter] {
        try await link().letters.letters(limit: limit)
    }

    package func redriveDeadLetter(id: String) async throws {
        let link = try link()
        let letter = try await link.letters.take(id)
        guard letter.subscription != Self.publisher else {
            link.letters.release(id)
            throw WorkflowError(
                .conflict, "The dead letter \"\(id)\" is too large to be published; discard it.")
        }
        var delivery = Delivery<Driver.Link.Source.Receipt>(message: letter.message, letter: id)
        delivery.message.deliveryAttempt = 1
        guard let source = link.source(ofSubscription: letter.subscription) else {
            link.letters.release(id)
            throw WorkflowError(
                .notFound,
                "Nobody subscribes as \"\(letter.subscription)\" any more, as the dead letter \"\(id)\" needs.")
        }
        source.add(delivery)
    }

    @discardableResult
    package func discardDeadLetter(id: String) async throws -> Bool {
        try await link().letters.remove(id)
    }
}
