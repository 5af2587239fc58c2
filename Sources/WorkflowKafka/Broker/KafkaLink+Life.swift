#if Kafka
import CKafka
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// Looking at the cluster.
extension KafkaLink {
    /// How long a cluster that answers is left alone.
    private static var interval: Duration { .seconds(10) }

    func start() {
        state.withLock { state in
            guard state.life == nil, !state.isShutDown else { return }
            state.life = Task { await self.live() }
        }
    }

    private func live() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                try await producer().probe(timeout: configuration.settings.connectTimeout)
                ready()
                failures = 0
                await sleep(await setUpConsumers() ? Self.interval : .seconds(1))
            } catch {
                guard !Task.isCancelled else { return }
                fail(text(of: error), failures: failures)
                failures += 1
                let backoff = Backoff(base: .milliseconds(200), limit: .seconds(5))
                await environment.clock.wait(
                    for: max(
                        .milliseconds(20), backoff.delay(afterAttempt: failures, random: environment.random())))
            }
        }
    }

    /// The producer, which is made when there is none.
    ///
    /// - Throws: ``KafkaError``; ``WorkflowError`` `.unavailable` after the shutdown.
    private func producer() throws -> KafkaProducer {
        try state.withLock { state in
            if let producer = state.producer { return producer }
            guard !state.isShutDown else {
                throw WorkflowError(.unavailable, "The message broker \"\(name)\" has been shut down.")
            }
            let producer = try KafkaProducer(configuration.settings, logger: logger) { [weak self] in self?.note($0) }
            state.producer = producer
            return producer
        }
    }

    /// The producer, when the cluster answers.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable`.
    func readyProducer() throws -> KafkaProducer {
        guard let producer = state.withLock({ $0.isReady ? $0.producer : nil }) else { throw unavailable }
        return producer
    }

    /// Sets up the consumers that are not yet.
    ///
    /// - Returns: Whether that has worked with all of them.
    private func setUpConsumers() async -> Bool {
        var isDone = true
        for consumer in state.withLock({ Array($0.consumers.values) }) {
            do {
                try await consumer.setUp()
            } catch {
                consumer.report("\(error)")
                isDone = false
            }
        }
        return isDone
    }

    /// Takes what the library says about connections.
    private func note(_ error: KafkaError) {
        if error.isOfConnection { state.withLock { $0.reason = error.description } }
        if error.isFatal {
            let producer = state.withLock { state in
                defer { (state.producer, state.isReady) = (nil, false) }
                return state.producer
            }
            logger.error("The Kafka producer has failed and is made anew", metadata: ["error": "\(error)"])
            fail("\(error)", failures: 0)
            Task.detached { await producer?.close(within: .zero) }
            alarm()
        } else if error.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || error.isOfLogin {
            fail(text(of: error), failures: 0)
            alarm()
        }
    }

    private func text(of error: any Error) -> String {
        if let error = error as? WorkflowError {
            return error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
        }
        if let error = error as? KafkaError, error.code == RD_KAFKA_RESP_ERR__INVALID_ARG {
            return "the client cannot be made: \(error)"
        }
        let reason = state.withLock { $0.reason } ?? "\(error)"
        return "\(configuration.settings.place) cannot be reached: \(reason)"
    }

    private func ready() {
        let isNews = state.withLock { state in
            defer { (state.isReady, state.problem, state.reason) = (true, "", nil) }
            return !state.isReady
        }
        noteAttempt()
        guard isNews else { return }
        logger.info(
            "Connected to Kafka", metadata: ["broker.name": "\(name)", "brokers": "\(configuration.settings.place)"])
        for consumer in state.withLock({ Array($0.consumers.values) }) { consumer.pull() }
    }

    private func fail(_ text: String, failures: Int) {
        let isNews = state.withLock { state in
            defer { (state.isReady, state.problem) = (false, text) }
            return (state.isReady || state.problem != text) && !state.isShutDown
        }
        noteAttempt()
        guard isNews || (failures > 1 && failures & (failures - 1) == 0) else { return }
        logger.warning(
            "There is no connection to Kafka; trying again",
            metadata: ["broker.name": "\(name)", "error": "\(text)", "attempt": "\(failures + 1)"])
    }

    // MARK: - Waiting

    /// Lets the next look at the cluster begin at once.
    func alarm() {
        let waiting = state.withLock { state in
            state.isAlarmed = state.alarm == nil
            defer { state.alarm = nil }
            return state.alarm
        }
        waiting?.resume()
    }

    /// Waits for a time, or for an alarm.
    private func sleep(_ duration: Duration) async {
        let timer = Task {
            // Cancelled when it is not needed any more.
            await environment.clock.wait(for: duration)
            alarm()
        }
        defer { timer.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    defer { state.isAlarmed = false }
                    guard !state.isAlarmed, !Task.isCancelled else { return true }
                    state.alarm = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            alarm()
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
}
#endif
