#if Kafka
import CKafka
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// What the library brings, one event after another.
extension KafkaConsumer {
    func take(_ event: OpaquePointer, of client: KafkaHandle) {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_FETCH:
            while let message = rd_kafka_event_message_next(event) { take(message) }
        case RD_KAFKA_EVENT_REBALANCE: rebalance(event, of: client)
        case RD_KAFKA_EVENT_OFFSET_COMMIT: committed(event)
        case RD_KAFKA_EVENT_ERROR:
            take(
                KafkaError(
                    code: rd_kafka_event_error(event), detail: String(cString: rd_kafka_event_error_string(event))))
        default: break
        }
    }

    private func take(_ error: KafkaError) {
        switch error.code {
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN: link.alarm()
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
            // It will be taken in when it is made.
            link.logger.debug(
                "A topic is not there yet",
                metadata: ["broker.subscription": "\(line.name)", "error": "\(error)"])
        case _ where error.isOfConnection: break
        default: report("\(error)")
        }
    }

    private func take(_ message: UnsafePointer<rd_kafka_message_t>) {
        guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let detail = rd_kafka_message_errstr(message).map { String(cString: $0) } ?? ""
            return take(KafkaError(code: message.pointee.err, detail: detail))
        }
        let record = KafkaRecord(message)
        let partition = KafkaPartition(topic: record.topic, number: record.partition)
        let term = state.withLock { state -> Int? in
            guard let holding = state.holdings[partition], !holding.isLeaving,
                state.holdings[partition]?.ledger.take(record.offset) == true
            else { return nil }
            state.problem = nil
            return holding.term
        }
        link.logger.trace(
            "A message came",
            metadata: [
                "broker.subscription": "\(line.name)", "message.topic": "\(record.topic)",
                "kafka.partition": "\(record.partition)", "kafka.offset": "\(record.offset)",
                "kafka.wanted": "\(term != nil)",
            ])
        guard let term else { return }
        add(delivery(of: record, KafkaReceipt(partition: partition, offset: record.offset, term: term)))
    }

    private func delivery(of record: KafkaRecord, _ receipt: KafkaReceipt) -> Delivery<KafkaReceipt> {
        let now = link.environment.clock.now
        // Nobody there any more: the line has ended, and does not take it.
        let maxPayload = line.current?.options.maxPayload ?? .max
        do {
            let message = try link.configuration.codec.decode(record, maxPayload: maxPayload, now: now)
            return Delivery(message: message, receipt: receipt)
        } catch let error as CloudEventFormat.Unreadable {
            return Delivery(message: error.message, receipt: receipt, problem: error.description)
        } catch {
            let unknown = Message(
                id: "\(record.topic)/\(record.partition)/\(record.offset)", topic: record.topic, payload: .null,
                timestamp: now)
            return Delivery(message: unknown, receipt: receipt, problem: "\(error)")
        }
    }
}
#endif
