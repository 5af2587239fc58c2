#if Kafka
import CKafka
import WorkflowCore

/// What is asked of the brokers.
extension KafkaProducer {
    /// Returns when a broker has answered.
    ///
    /// - Throws: ``KafkaError``.
    func probe(timeout: Duration) async throws {
        let milliseconds = Int32(clamping: max(1, timeout.wholeMilliseconds))
        try await ask { pointer in
            var metadata: UnsafePointer<rd_kafka_metadata>?
            try KafkaError.check(rd_kafka_metadata(pointer, 0, nil, &metadata, milliseconds))
            rd_kafka_metadata_destroy(metadata)
        }
    }

    /// Makes a topic when there is none.
    ///
    /// - Parameters:
    ///   - topic: Its name.
    ///   - partitions: How many parts it gets.
    ///   - replicas: How many brokers keep it; 0 for what they say.
    ///   - timeout: How long that may take.
    /// - Returns: Whether it is new.
    /// - Throws: ``KafkaError``.
    func create(_ topic: String, partitions: Int, replicas: Int, timeout: Duration) async throws -> Bool {
        let milliseconds = Int32(clamping: max(1, timeout.wholeMilliseconds))
        return try await ask { pointer in
            let (created, reason) = KafkaError.withReason { buffer, size in
                rd_kafka_NewTopic_new(topic, Int32(partitions), replicas > 0 ? Int32(replicas) : -1, buffer, size)
            }
            guard let created else { throw KafkaError(code: RD_KAFKA_RESP_ERR__INVALID_ARG, detail: reason) }
            defer { rd_kafka_NewTopic_destroy(created) }
            let options = rd_kafka_AdminOptions_new(pointer, RD_KAFKA_ADMIN_OP_CREATETOPICS)
            defer { rd_kafka_AdminOptions_destroy(options) }
            try KafkaError.check(rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, nil, 0))
            try KafkaError.check(rd_kafka_AdminOptions_set_operation_timeout(options, milliseconds, nil, 0))
            let queue = rd_kafka_queue_new(pointer)
            defer { rd_kafka_queue_destroy(queue) }
            var topics: [OpaquePointer?] = [created]
            rd_kafka_CreateTopics(pointer, &topics, 1, options, queue)
            guard let event = rd_kafka_queue_poll(queue, milliseconds + 1000) else {
                throw KafkaError(code: RD_KAFKA_RESP_ERR__TIMED_OUT)
            }
            defer { rd_kafka_event_destroy(event) }
            return try Self.isCreated(event)
        }
    }

    private static func isCreated(_ event: OpaquePointer) throws -> Bool {
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code: code, detail: String(cString: rd_kafka_event_error_string(event)))
        }
        var count = 0
        guard let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count),
            count == 1, let result = results[0]
        else { throw KafkaError(code: RD_KAFKA_RESP_ERR__FAIL) }
        let problem = rd_kafka_topic_result_error(result)
        switch problem {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return true
        case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: return false
        default:
            throw KafkaError(
                code: problem, detail: rd_kafka_topic_result_error_string(result).map { String(cString: $0) } ?? "")
        }
    }
}
#endif
