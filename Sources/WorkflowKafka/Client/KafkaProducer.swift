#if Kafka
import CKafka
import Dispatch
import Logging
import Synchronization
import WorkflowCore

/// Publishes to the brokers; each message counts once all replicas in sync have it.
final class KafkaProducer: Sendable {
    private struct Publication {
        let size: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var budget = PublicationBudget<CheckedContinuation<Bool, Never>>(maxCount: 10_000, maxBytes: 64 << 20)
        var publications: [UInt: Publication] = [:]
        var last: UInt = 0
        var events: KafkaEvents?
        var isClosed = false
    }

    let client: KafkaHandle
    /// Where questions to the brokers run, so that reports do not wait for them.
    private let questions = DispatchQueue(label: "workflow.kafka.questions")
    private let problem: @Sendable (KafkaError) -> Void
    private let state = Mutex(State())

    /// Makes a producer, which connects by itself.
    ///
    /// - Parameters:
    ///   - settings: Where to publish to.
    ///   - logger: Where the library logs to.
    ///   - problem: Hears of what goes wrong with connections, on a thread of the library.
    /// - Throws: ``KafkaError`` when a setting is refused.
    init(_ settings: KafkaSettings, logger: Logger, problem: @escaping @Sendable (KafkaError) -> Void) throws {
        let timeout = max(1, settings.requestTimeout.wholeMilliseconds)
        client = try KafkaHandle(
            RD_KAFKA_PRODUCER,
            settings: settings.entries + [
                ("enable.idempotence", "true"), ("acks", "all"), ("linger.ms", "0"),
                ("message.timeout.ms", "\(timeout)"), ("request.timeout.ms", "\(timeout)"),
                // What is too much waits in the budget instead.
                ("queue.buffering.max.messages", "100000"), ("queue.buffering.max.kbytes", "1048576"),
                ("compression.codec", settings.compression),
            ], events: RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR, logger: logger)
        self.problem = problem
        guard let queue = rd_kafka_queue_get_main(client.pointer) else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__FAIL)
        }
        let events = KafkaEvents(queue, of: client) { [weak self] in self?.take($0) }
        state.withLock { $0.events = events }
    }

    /// Publishes a message and returns when the brokers have it.
    ///
    /// - Throws: ``KafkaError``.
    func publish(_ record: KafkaRecord) async throws {
        let size = record.size
        if !state.withLock({ $0.budget.take(size) }) {
            let hasRoom = await withCheckedContinuation { continuation in
                let result = state.withLock { state -> Bool? in
                    if state.isClosed { return false }
                    if state.budget.take(size) { return true }
                    state.budget.wait(size, continuation)
                    return nil
                }
                if let result { continuation.resume(returning: result) }
            }
            guard hasRoom else { throw KafkaError(code: RD_KAFKA_RESP_ERR__DESTROY) }
        }
        defer { giveBack(size) }
        try await withCheckedThrowingContinuation { continuation in
            let id = state.withLock { state -> UInt? in
                guard !state.isClosed else { return nil }
                state.last += 1
                state.publications[state.last] = Publication(size: size, continuation: continuation)
                return state.last
            }
            guard let id else {
                return continuation.resume(throwing: KafkaError(code: RD_KAFKA_RESP_ERR__DESTROY))
            }
            let code = record.enqueue(on: client.pointer, opaque: UnsafeMutableRawPointer(bitPattern: id))
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { settle(id, KafkaError(code: code)) }
        }
    }

    private func giveBack(_ size: Int) {
        for waiter in state.withLock({ $0.budget.give(size) }) { waiter.resume(returning: true) }
    }

    private func settle(_ id: UInt, _ error: KafkaError?) {
        guard let publication = state.withLock({ $0.publications.removeValue(forKey: id) }) else { return }
        if let error {
            publication.continuation.resume(throwing: error)
        } else {
            publication.continuation.resume()
        }
    }

    /// Takes an event of the library.
    private func take(_ event: OpaquePointer) {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR:
            while let message = rd_kafka_event_message_next(event) {
                let code = message.pointee.err
                settle(
                    UInt(bitPattern: message.pointee._private),
                    code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code: code))
            }
        case RD_KAFKA_EVENT_ERROR:
            var error = KafkaError(
                code: rd_kafka_event_error(event), detail: String(cString: rd_kafka_event_error_string(event)))
            if error.isFatal {
                error.detail = KafkaError.withReason { rd_kafka_fatal_error(client.pointer, $0, $1) }.reason
            }
            problem(error)
        default: break
        }
    }

    /// Asks the brokers something; the answer may be long in coming.
    func ask<Result: Sendable>(_ body: @escaping @Sendable (OpaquePointer) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            questions.async { continuation.resume(with: Swift.Result { try body(self.client.pointer) }) }
        }
    }

    /// Publishes what is on its way, as far as that works within a time, and gives the rest up.
    func close(within limit: Duration) async {
        let (events, waiting) = state.withLock { state in
            state.isClosed = true
            defer { state.events = nil }
            return (state.events, state.budget.removeWaiting())
        }
        for waiter in waiting { waiter.resume(returning: false) }
        guard let events else { return }
        let milliseconds = limit.wholeMilliseconds
        await withCheckedContinuation { continuation in
            client.calls.async {
                self.drain(events, milliseconds)
                _ = rd_kafka_purge(self.client.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
                self.drain(events, 1000)
                continuation.resume()
            }
        }
        let left = state.withLock { state in
            defer { state.publications = [:] }
            return state.publications.values
        }
        for publication in left {
            publication.continuation.resume(throwing: KafkaError(code: RD_KAFKA_RESP_ERR__DESTROY))
        }
    }

    /// Takes reports until there are no messages left, or a time is over.
    private func drain(_ events: KafkaEvents, _ milliseconds: Int64) {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while rd_kafka_outq_len(client.pointer) > 0, ContinuousClock.now < end {
            guard let event = rd_kafka_queue_poll(events.queue, 50) else { continue }
            take(event)
            rd_kafka_event_destroy(event)
        }
    }
}
#endif
