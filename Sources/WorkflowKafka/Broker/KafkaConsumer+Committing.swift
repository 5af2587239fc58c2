#if Kafka
import CKafka
import Dispatch
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// Telling the brokers up to where messages are handled.
extension KafkaConsumer {
    /// What the brokers do not know yet.
    private static func open(_ state: borrowing State) -> [KafkaPartition: Int64] {
        var offsets: [KafkaPartition: Int64] = [:]
        for (partition, holding) in state.holdings {
            guard let position = holding.ledger.position, position != holding.committed else { continue }
            offsets[partition] = position
        }
        return offsets
    }

    /// Commits within the interval, unless that is on its way.
    func commitSoon() {
        let client = state.withLock { state -> KafkaHandle? in
            guard !state.isCommitting, state.handover == nil, !Self.open(state).isEmpty else { return nil }
            state.isCommitting = state.client != nil
            return state.client
        }
        guard let client else { return }
        client.calls.asyncAfter(deadline: .now() + setup.commitInterval.inSeconds) { [weak self, weak client] in
            guard let client else { return }
            self?.commit(client)
        }
    }

    private func commit(_ client: KafkaHandle) {
        let (offsets, control) = state.withLock { (Self.open($0), $0.control) }
        guard !offsets.isEmpty, let control else { return state.withLock { $0.isCommitting = false } }
        let code = KafkaPartitionList(offsets).withPointer {
            rd_kafka_commit_queue(client.pointer, $0, control.queue, nil, nil)
        }
        // The next beat tries again.
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { state.withLock { $0.isCommitting = false } }
    }

    /// Takes the answer to a commit.
    func committed(_ event: OpaquePointer) {
        state.withLock { $0.isCommitting = false }
        note(event)
        // What has been handled meanwhile; what was refused waits for the next beat.
        if rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR { commitSoon() }
    }

    private func note(_ event: OpaquePointer) {
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return link.logger.debug(
                "A commit was refused; it is tried again",
                metadata: ["broker.subscription": "\(line.name)", "error": "\(KafkaError(code: code))"])
        }
        guard let list = rd_kafka_event_topic_partition_list(event) else { return }
        let elements = KafkaPartitionList.elements(of: list)
        state.withLock { state in
            for (partition, offset, code) in elements where code == RD_KAFKA_RESP_ERR_NO_ERROR {
                state.holdings[partition]?.committed = offset
            }
        }
    }

    /// Commits and waits for the answer, on the queue of the client.
    func commitNow(_ client: KafkaHandle) {
        let offsets = state.withLock { Self.open($0) }
        guard !offsets.isEmpty, let queue = rd_kafka_queue_new(client.pointer) else { return }
        defer { rd_kafka_queue_destroy(queue) }
        let code = KafkaPartitionList(offsets).withPointer {
            rd_kafka_commit_queue(client.pointer, $0, queue, nil, nil)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let event = rd_kafka_queue_poll(queue, 5000) else { return }
        note(event)
        rd_kafka_event_destroy(event)
    }
}
#endif
