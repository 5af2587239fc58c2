#if NATS
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// The stream and the consumers on the server.
extension NATSLink {
    /// Makes the stream when it is not there.
    ///
    /// - Throws: ``WorkflowError``.
    func prepare(_ stream: NATSStream) async throws {
        guard let connection = state.withLock({ $0.connection }) else { throw unavailable }
        let info: JSONValue
        do {
            info = try await call("STREAM.INFO.\(stream.name)", nil, on: connection)
        } catch let error as WorkflowError where error.code == .notFound {
            guard stream.isCreated else {
                throw WorkflowError(
                    .notFound,
                    "\(configuration.settings.place) has no stream \"\(stream.name)\", and createStream is false")
            }
            do {
                _ = try await call("STREAM.CREATE.\(stream.name)", stream.json, on: connection)
                return
            } catch let error as WorkflowError where error.code == .invalidInput {
                // Another node may have been faster; otherwise this says that it still is not there.
                do {
                    info = try await call("STREAM.INFO.\(stream.name)", nil, on: connection)
                } catch _ as WorkflowError {
                    throw error
                }
            }
        }
        let subjects = info["config"]?["subjects"]?.arrayValue?.compactMap(\.stringValue) ?? []
        for wanted in stream.subjects where !subjects.contains(where: { NATSSubjects.covers($0, wanted) }) {
            throw WorkflowError(
                .invalidInput,
                "the stream \"\(stream.name)\" at \(configuration.settings.place) does not take in \"\(wanted)\", only \(subjects.joined(separator: ", "))"
            )
        }
    }

    func waitForFirstAttempt() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard !state.hasTried, !state.isShutDown, state.life != nil else { return true }
                state.waiting.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// Lets those go on who wait for the first attempt.
    func noteAttempt() {
        let waiting = state.withLock { state in
            state.hasTried = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Makes the durable consumer, or subscribes in core NATS.
    ///
    /// - Throws: ``WorkflowError``, ``NATSError``.
    func setUp(_ consumer: NATSConsumer, on connection: NATSConnection) async throws {
        guard let stream = configuration.stream else { return try consumer.open(connection, inbox: nil) }
        _ = try await call(
            "CONSUMER.DURABLE.CREATE.\(stream.name).\(consumer.durable)",
            configuration.consumer.json(name: consumer.durable, stream: stream, subject: consumer.subject),
            on: connection)
        try consumer.open(connection, inbox: state.withLock { $0.inbox })
    }

    func source(of subscription: String, pattern: TopicPattern, number: Int) -> NATSConsumer {
        let subjects = configuration.codec.subjects
        let durable = subjects.consumer(of: subscription, pattern: pattern, number: number)
        return state.withLock { state in
            if let consumer = state.consumers[durable] { return consumer }
            state.lastConsumer += 1
            let consumer = NATSConsumer(
                link: self, number: state.lastConsumer, durable: durable, name: subscription,
                subject: subjects.subject(of: pattern))
            state.consumers[durable] = consumer
            return consumer
        }
    }

    func connect(_ consumer: NATSConsumer) async throws {
        guard let connection = state.withLock({ $0.ready }), !consumer.isSetUp(on: connection) else { return }
        do {
            try await setUp(consumer, on: connection)
        } catch let error as WorkflowError where error.code == .unavailable {
            // The next connection does it.
            await connection.close()
        } catch is NATSError {
            // The connection has ended meanwhile.
            await connection.close()
        }
        consumer.connected()
    }

    /// Sets a consumer up again which the server does not know any more.
    func repair(_ consumer: NATSConsumer) {
        guard let connection = state.withLock({ $0.ready }) else { return }
        logger.warning(
            "The server does not know a consumer any more; it is made again",
            metadata: ["broker.name": "\(name)", "broker.subscription": "\(consumer.line.name)"])
        connection.endSoon()
    }

    func source(ofSubscription name: String) -> NATSConsumer? {
        state.withLock { state in state.consumers.values.first { $0.line.name == name } }
    }

    func remove(_ consumer: NATSConsumer) {
        state.withLock { state in
            if state.consumers[consumer.durable] === consumer { state.consumers[consumer.durable] = nil }
        }
        environment.metrics.brokerQueueDepth.remove(name, consumer.line.name)
    }
}
#endif
