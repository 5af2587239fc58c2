#if Kafka
import CKafka
import Synchronization
import WorkflowCore

/// The client of the library that is the member of the group.
extension KafkaConsumer {
    private static let settings = [
        ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"), ("auto.offset.reset", "earliest"),
        ("partition.assignment.strategy", "cooperative-sticky"), ("queued.max.messages.kbytes", "16384"),
        ("queued.min.messages", "1000"),
    ]

    /// The client, which is made when there is none: only one, since a second member of the group would hold partitions
    /// that nobody reads. `nil` when the end has begun.
    func client() throws -> KafkaHandle? {
        try state.withLock { state in
            if let client = state.client { return client }
            guard !state.isClosing else { return nil }
            let (client, control, records) = try makeClient()
            (state.client, state.control, state.records) = (client, control, records)
            return client
        }
    }

    private func makeClient() throws -> (KafkaHandle, control: KafkaEvents, records: KafkaEvents) {
        let session = setup.sessionTimeout.wholeMilliseconds
        let client = try KafkaHandle(
            RD_KAFKA_CONSUMER,
            settings: link.configuration.settings.entries + Self.settings + [
                ("group.id", group), ("session.timeout.ms", "\(session)"),
                ("heartbeat.interval.ms", "\(max(100, session / 10))"),
                ("max.poll.interval.ms", "\(max(300_000, session))"),
            ],
            events: RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_ERROR
                | RD_KAFKA_EVENT_FETCH, logger: link.logger)
        guard let main = rd_kafka_queue_get_consumer(client.pointer), let other = rd_kafka_queue_new(client.pointer)
        else { throw KafkaError(code: RD_KAFKA_RESP_ERR__FAIL) }
        let control = KafkaEvents(main, of: client) { [weak self, weak client] event in
            guard let client else { return }
            self?.take(event, of: client)
        }
        let records = KafkaEvents(other, of: client, isWanted: { [weak self] in self?.hasRoom == true }) {
            [weak self, weak client] event in
            guard let client else { return }
            self?.take(event, of: client)
        }
        return (client, control, records)
    }
}
#endif
