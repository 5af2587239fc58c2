#if Kafka
import CKafka
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// Publishing.
extension KafkaLink {
    /// Publishes a record and returns when the brokers have it.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable`, or `.invalidInput` for a topic that cannot be; ``MessageTooLarge``.
    func publish(_ record: KafkaRecord) async throws {
        let producer = try readyProducer()
        do {
            try await ensureTopic(record.topic, with: producer)
            try await producer.publish(record)
        } catch let error as KafkaError {
            throw problem(error, record)
        }
    }

    private func problem(_ error: KafkaError, _ record: KafkaRecord) -> any Error {
        let place = configuration.settings.place
        switch error.code {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
            return MessageTooLarge(
                reason: "The message has \(record.size) bytes, more than \(place) takes (message.max.bytes).")
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
            return WorkflowError(.invalidInput, "\(place) refuses \"\(record.topic)\" as a topic.")
        case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT:
            alarm()
            return WorkflowError(.unavailable, "\(place) did not acknowledge the message in time.")
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
            // Perhaps it has been removed, and is made again with the next attempt.
            state.withLock { _ = $0.topics.remove(record.topic) }
            return WorkflowError(.unavailable, "\(place) has no topic \"\(record.topic)\".")
        case RD_KAFKA_RESP_ERR__DESTROY, RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
            return unavailable
        default:
            return WorkflowError(.unavailable, "\(place) does not take a message on \"\(record.topic)\": \(error).")
        }
    }

    /// Makes a topic when that is wanted and it is not there.
    ///
    /// - Throws: ``KafkaError``.
    func ensureTopic(_ topic: String, with producer: KafkaProducer) async throws {
        guard !state.withLock({ $0.topics.contains(topic) }) else { return }
        if let creation = configuration.creation {
            do {
                let isNew = try await producer.create(
                    topic, partitions: creation.partitions, replicas: creation.replicas,
                    timeout: configuration.settings.requestTimeout)
                if isNew { logger.info("A topic was made", metadata: ["broker.name": "\(name)", "topic": "\(topic)"]) }
            } catch let error as KafkaError where error.isOfRights {
                logger.warning(
                    "A topic could not be made; it is used as if it were there",
                    metadata: ["broker.name": "\(name)", "topic": "\(topic)", "error": "\(error)"])
            }
        }
        state.withLock { _ = $0.topics.insert(topic) }
        look(for: topic)
    }

    /// Publishes a dead letter to the topic that is meant for them.
    ///
    /// - Throws: ``WorkflowError``.
    func publishDeadLetter(_ message: Message, subscription: String, problem: String) async throws {
        guard !configuration.deadLetterTopic.isEmpty else { return }
        var record = try configuration.codec.encode(message, source: "/workflow/\(name)")
        record.headers += [
            ("dead_letter_topic", record.topic), ("dead_letter_subscription", subscription),
            ("dead_letter_error", problem), ("dead_letter_attempts", "\(message.deliveryAttempt)"),
        ]
        record.topic = configuration.deadLetterTopic
        do {
            try await publish(record)
        } catch is MessageTooLarge {
            // The state store has it.
            logger.warning(
                "A dead letter is too large for its topic",
                metadata: ["broker.name": "\(name)", "message.id": "\(message.id)"])
        }
    }
}
#endif
