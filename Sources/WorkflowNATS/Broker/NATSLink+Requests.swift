#if NATS
import Synchronization
import WorkflowCore

/// Questions to the server and their answers.
extension NATSLink {
    /// Sends a message and waits for the answer.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` without an answer in time, also when nobody listens to the subject.
    func request(_ message: NATSMessage, on connection: NATSConnection) async throws -> NATSMessage {
        let (id, inbox) = state.withLock { state in
            state.lastRequest += 1
            return (state.lastRequest, state.inbox)
        }
        var message = message
        message.reply = "\(inbox).r.\(id)"
        let question = message
        let limit = Task {
            try await environment.clock.sleep(for: configuration.requestTimeout)
            fail(id, WorkflowError(.unavailable, "\(configuration.settings.place) did not answer in time."))
        }
        defer { limit.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isWaiting = state.withLock { state in
                    guard state.connection === connection, !Task.isCancelled else { return false }
                    state.requests[id] = continuation
                    return true
                }
                guard isWaiting else {
                    return continuation.resume(throwing: Task.isCancelled ? CancellationError() : unavailable)
                }
                connection.send(question) { [weak self] error in
                    guard let self else { return }
                    self.fail(id, WorkflowError(.unavailable, self.unsendable(error)))
                }
            }
        } onCancel: {
            fail(id, CancellationError())
        }
    }

    private func unsendable(_ error: any Error) -> String {
        "The message could not be sent to \(configuration.settings.place): \(error)."
    }

    private func fail(_ id: UInt64, _ error: any Error) {
        state.withLock { $0.requests.removeValue(forKey: id) }?.resume(throwing: error)
    }

    /// Takes an answer.
    func answer(_ message: NATSMessage) {
        guard let id = message.subject.split(separator: ".").last.flatMap({ UInt64($0) }) else { return }
        state.withLock { $0.requests.removeValue(forKey: id) }?.resume(returning: message)
    }

    /// Calls the API of JetStream.
    ///
    /// - Throws: ``WorkflowError``: `.notFound` when the stream or consumer does not exist, `.unavailable`, or
    ///   `.invalidInput` when the server refuses.
    func call(_ function: String, _ argument: JSONValue?, on connection: NATSConnection) async throws -> JSONValue {
        let message = NATSMessage(subject: "$JS.API.\(function)", body: argument?.jsonBytes() ?? [])
        let answer = try await request(message, on: connection)
        return try reply(answer)
    }

    /// Reads an answer of JetStream.
    func reply(_ answer: NATSMessage) throws -> JSONValue {
        if answer.status == 503 {
            throw WorkflowError(
                .unavailable,
                "\(configuration.settings.place) has no JetStream, or no stream for the subject; enable JetStream on the server, or use mode: core"
            )
        }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: answer.body)
        } catch {
            throw WorkflowError(
                .unavailable, "\(configuration.settings.place) gave an answer that is not JSON: \(error)")
        }
        guard let problem = json["error"] else { return json }
        let text = problem["description"]?.stringValue ?? "error"
        let code: WorkflowError.Code =
            switch problem["code"]?.intValue ?? 500 {
            case 404: .notFound
            case 400..<500: .invalidInput
            default: .unavailable
            }
        throw WorkflowError(code, "JetStream at \(configuration.settings.place) refuses: \(text)")
    }

    /// Sends an answer about a message, now or with the next connection.
    func answer(_ receipt: DeliveryReceipt, _ answer: DeliveryAnswer) {
        let message = NATSMessage(subject: receipt.subject, body: Array(answer.text.utf8))
        let connection = state.withLock { state -> NATSConnection? in
            guard let connection = state.ready else {
                if answer != .inProgress, state.unsent.count < 10_000 { state.unsent.append(message) }
                return nil
            }
            return connection
        }
        connection?.send(message)
    }
}
#endif
