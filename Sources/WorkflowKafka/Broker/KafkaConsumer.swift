#if Kafka
import CKafka
import Dispatch
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// A member of the consumer group of a subscription: takes the messages of the partitions that the group gives it, and
/// says up to where they are handled.
final class KafkaConsumer: DeliverySource {
    /// A partition that this node has.
    struct Holding {
        let term: Int
        var ledger = OffsetLedger()
        /// What the brokers know to be handled.
        var committed: Int64?
        /// What is being handled right now.
        var inHand: Set<Int64> = []
        /// Whether it goes to another node.
        var isLeaving = false
    }

    struct State {
        var client: KafkaHandle?
        /// Rebalancing, commits and errors.
        var control: KafkaEvents?
        /// Messages, which are taken only when there is room.
        var records: KafkaEvents?
        /// Whether the group knows where to begin.
        var isPlaced = false
        var isSubscribed = false
        var isClosing = false
        var holdings: [KafkaPartition: Holding] = [:]
        var lastTerm = 0
        var handover: Handover?
        /// Whether a commit is on its way or will soon be.
        var isCommitting = false
        var problem: String?
    }

    /// How many offsets of a partition may be open, that is, taken again after a crash.
    static let maxSpan = 10_000

    let link: KafkaLink
    /// The name of the consumer group.
    let group: String
    let pattern: TopicPattern
    let line: DeliveryLine<KafkaReceipt>
    let state = Mutex(State())

    init(link: KafkaLink, group: String, name: String, pattern: TopicPattern) {
        self.link = link
        self.group = group
        self.pattern = pattern
        line = DeliveryLine(
            broker: link.name, name: name, letters: link.letters, environment: link.environment, logger: link.logger)
    }

    var setup: KafkaConsumerSetup { link.configuration.consumer }
    var beatInterval: Duration { .seconds(1) }
    var retriesElsewhere: Bool { false }
    /// Why no messages come, or `nil`.
    var problem: String? { state.withLock { $0.problem } }

    // MARK: - Messages

    func begin(_ receipt: KafkaReceipt) -> Bool {
        state.withLock { state in
            guard let holding = state.holdings[receipt.partition], holding.term == receipt.term, !holding.isLeaving
            else { return false }
            state.holdings[receipt.partition]?.inHand.insert(receipt.offset)
            return true
        }
    }

    func rest(_ receipt: KafkaReceipt) {
        leaveHand(receipt, isDone: false)
    }

    func settle(_ receipt: KafkaReceipt, as outcome: DeliveryOutcome) {
        leaveHand(receipt, isDone: outcome == .done || outcome == .never)
    }

    private func leaveHand(_ receipt: KafkaReceipt, isDone: Bool) {
        let (hasMoved, isHandover) = state.withLock { state in
            guard let term = state.holdings[receipt.partition]?.term, term == receipt.term else {
                return (false, false)
            }
            state.holdings[receipt.partition]?.inHand.remove(receipt.offset)
            let hasMoved = isDone && state.holdings[receipt.partition]?.ledger.finish(receipt.offset) == true
            return (hasMoved, state.handover != nil)
        }
        if hasMoved { commitSoon() }
        if isHandover { endHandover() }
    }

    func willBury(_ message: Message, problem: String) async throws {
        try await link.publishDeadLetter(message, subscription: line.name, problem: problem)
    }

    func pull() {
        subscribe()
        state.withLock { $0.records }?.look()
    }

    func beat() {
        // The library leaves the group when nobody looks for a long time.
        let (control, records) = state.withLock { ($0.control, $0.records) }
        control?.look()
        records?.look()
        commitSoon()
    }

    // MARK: - Life

    func willEnd() {
        link.remove(self)
    }

    func stopReceiving() {
        state.withLock { $0.isClosing = true }
    }

    /// Whether there is room for another message.
    var hasRoom: Bool {
        line.room > 0
            && state.withLock { state in
                !state.isClosing && state.holdings.values.allSatisfy { $0.ledger.span < Self.maxSpan }
            }
    }

    /// Says what has been handled, leaves the group and ends the client.
    func release() async {
        let (client, control) = state.withLock { state in
            defer { (state.client, state.control, state.records) = (nil, nil, nil) }
            return (state.client, state.control)
        }
        guard let client, let control else { return }
        await withCheckedContinuation { continuation in
            client.calls.async {
                self.commitNow(client)
                self.leaveGroup(client, control)
                continuation.resume()
            }
        }
    }

    private func leaveGroup(_ client: KafkaHandle, _ control: KafkaEvents) {
        let error = rd_kafka_consumer_close_queue(client.pointer, control.queue)
        if let error { return rd_kafka_error_destroy(error) }
        let end = ContinuousClock.now + .seconds(5)
        while rd_kafka_consumer_closed(client.pointer) == 0, ContinuousClock.now < end {
            guard let event = rd_kafka_queue_poll(control.queue, 50) else { continue }
            take(event, of: client)
            rd_kafka_event_destroy(event)
        }
        state.withLock { $0.holdings = [:] }
    }
}
#endif
