#if Kafka
import CKafka
import Dispatch
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// Partitions that go to another node, and wait for their handlers.
struct Handover: Sendable {
    let partitions: [KafkaPartition]
    let list: KafkaPartitionList
    let number: Int
}

/// Which partitions this node has.
extension KafkaConsumer {
    func rebalance(_ event: OpaquePointer, of client: KafkaHandle) {
        guard let list = rd_kafka_event_topic_partition_list(event) else { return }
        let partitions = KafkaPartitionList.elements(of: list).map(\.partition)
        if rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            client.didGetPartitions()
            assign(partitions, KafkaPartitionList(copying: list), of: client)
        } else {
            revoke(partitions, KafkaPartitionList(copying: list), of: client)
        }
    }

    private func assign(_ partitions: [KafkaPartition], _ list: KafkaPartitionList, of client: KafkaHandle) {
        let records = state.withLock { state in
            state.lastTerm += 1
            for partition in partitions { state.holdings[partition] = Holding(term: state.lastTerm) }
            state.problem = nil
            return state.records
        }
        if let records {
            for partition in partitions {
                let queue = rd_kafka_queue_get_partition(client.pointer, partition.topic, partition.number)
                guard let queue else { continue }
                rd_kafka_queue_forward(queue, records.queue)
                rd_kafka_queue_destroy(queue)
            }
        }
        check(list.withPointer { rd_kafka_incremental_assign(client.pointer, $0) })
        log("Partitions were taken over", partitions)
    }

    private func revoke(_ partitions: [KafkaPartition], _ list: KafkaPartitionList, of client: KafkaHandle) {
        let isLost = rd_kafka_assignment_lost(client.pointer) != 0
        let number = state.withLock { state in
            state.lastTerm += 1
            for partition in partitions { state.holdings[partition]?.isLeaving = true }
            state.handover = Handover(partitions: partitions, list: list, number: state.lastTerm)
            return state.lastTerm
        }
        // Others have the partitions of a node that was away for too long.
        if isLost { return finishHandover(number, isForced: true, of: client) }
        finishHandover(number, isForced: false, of: client)
        client.calls.asyncAfter(deadline: .now() + setup.handoverLimit.inSeconds) { [weak self, weak client] in
            guard let client else { return }
            self?.finishHandover(number, isForced: true, of: client)
        }
    }

    /// Looks whether the handlers are done that a handover waits for.
    func endHandover() {
        let (client, number) = state.withLock { ($0.client, $0.handover?.number) }
        guard let client, let number else { return }
        client.calls.async { self.finishHandover(number, isForced: false, of: client) }
    }

    private func finishHandover(_ number: Int, isForced: Bool, of client: KafkaHandle) {
        let handover = state.withLock { state -> Handover? in
            guard let handover = state.handover, handover.number == number else { return nil }
            let isDone = handover.partitions.allSatisfy { state.holdings[$0]?.inHand.isEmpty ?? true }
            guard isDone || isForced else { return nil }
            state.handover = nil
            return handover
        }
        guard let handover else { return }
        commitNow(client)
        state.withLock { state in
            for partition in handover.partitions { state.holdings[partition] = nil }
        }
        check(handover.list.withPointer { rd_kafka_incremental_unassign(client.pointer, $0) })
        log("Partitions were handed over", handover.partitions)
        // What waits of them is let go.
        pull()
    }

    private func check(_ error: OpaquePointer?) {
        do {
            try KafkaError.check(error)
        } catch {
            report("\(error)")
        }
    }

    private func log(_ text: Logger.Message, _ partitions: [KafkaPartition]) {
        link.logger.debug(
            text,
            metadata: [
                "broker.name": "\(link.name)", "broker.subscription": "\(line.name)",
                "partitions": "\(partitions.map { "\($0.topic)/\($0.number)" }.joined(separator: ", "))",
            ])
    }
}
#endif
