import WorkflowCore

/// Messages that could not be handled, or were too old; see ``MessageExpiry``.
extension EventBus: DeadLetterKeeping {
    func deadLetters(limit: Int) async throws -> [DeadLetter] {
        try await broker.deadLetters(limit: limit)
    }

    func redriveDeadLetter(id: String) async throws {
        guard let expiry else { return try await broker.redriveDeadLetter(id: id) }
        let letter = try await broker.deadLetters(limit: .max).first { $0.id == id }
        if let letter { expiry.suspend(letter.message.id, for: letter.subscription) }
        do {
            try await broker.redriveDeadLetter(id: id)
        } catch {
            if let letter { expiry.resume(letter.message.id, for: letter.subscription) }
            throw error
        }
    }

    @discardableResult
    func discardDeadLetter(id: String) async throws -> Bool {
        try await broker.discardDeadLetter(id: id)
    }
}
