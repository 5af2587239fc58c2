#if Kafka
import CKafka
import Dispatch
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

/// Beginning to take messages.
extension KafkaConsumer {
    /// Makes the client and sees to it that the group knows where to begin.
    ///
    /// - Throws: ``KafkaError``; ``WorkflowError`` `.invalidInput` for a topic that cannot be, `.unavailable`.
    func setUp() async throws {
        guard !line.isEnded, !state.withLock({ $0.isPlaced }) else { return }
        guard let client = try client() else { return }
        if pattern.isLiteral, link.configuration.creation != nil {
            try await link.ensureTopic(
                link.configuration.codec.topics.name(ofTopic: pattern.description), with: link.readyProducer())
        }
        try await client.call { _ in
            // A subscriber and the look at the cluster may come here at the same time.
            guard !self.state.withLock({ $0.isPlaced }) else { return }
            if !self.setup.isFromStart { try self.place(client) }
            self.state.withLock { ($0.isPlaced, $0.problem) = (true, nil) }
        }
        subscribe()
    }

    /// Lets a group that is new begin with the messages that come from now on. Topics that are made later are read from
    /// their first message.
    private func place(_ client: KafkaHandle) throws {
        let timeout = Int32(clamping: link.configuration.settings.requestTimeout.wholeMilliseconds)
        let partitions = try partitions(client, timeout)
        guard !partitions.isEmpty else { return }
        let list = KafkaPartitionList(Dictionary(uniqueKeysWithValues: partitions.map { ($0, -1) }))
        try KafkaError.check(list.withPointer { rd_kafka_committed(client.pointer, $0, timeout) })
        guard list.elements.allSatisfy({ $0.offset < 0 }) else { return }
        var ends: [KafkaPartition: Int64] = [:]
        for partition in partitions {
            var (low, high): (Int64, Int64) = (0, 0)
            try KafkaError.check(
                rd_kafka_query_watermark_offsets(
                    client.pointer, partition.topic, partition.number, &low, &high, timeout))
            ends[partition] = high
        }
        let code = KafkaPartitionList(ends).withPointer { rd_kafka_commit(client.pointer, $0, 0) }
        switch code {
        case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
            // Another node was faster.
            return
        default: try KafkaError.check(code)
        }
    }

    /// The partitions of the topics that match.
    private func partitions(_ client: KafkaHandle, _ timeout: Int32) throws -> [KafkaPartition] {
        var answer: UnsafePointer<rd_kafka_metadata>?
        try KafkaError.check(rd_kafka_metadata(client.pointer, 1, nil, &answer, timeout))
        guard let metadata = answer?.pointee else { return [] }
        defer { rd_kafka_metadata_destroy(answer) }
        var partitions: [KafkaPartition] = []
        for topic in UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt)) {
            let name = String(cString: topic.topic)
            guard let plain = link.configuration.codec.topics.topic(of: name), pattern.matches(plain) else { continue }
            for partition in UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt)) {
                partitions.append(KafkaPartition(topic: name, number: partition.id))
            }
        }
        return partitions
    }

    /// Joins the group, once it is known where to begin and somebody gets the messages.
    func subscribe() {
        guard line.current != nil else { return }
        let client = state.withLock { state -> KafkaHandle? in
            guard state.isPlaced, !state.isSubscribed, !state.isClosing else { return nil }
            state.isSubscribed = true
            return state.client
        }
        guard let client else { return }
        let subscription = link.configuration.codec.topics.subscription(to: pattern)
        client.calls.async {
            let list = KafkaPartitionList([KafkaPartition(topic: subscription, number: -1): 0])
            client.willSubscribe()
            let code = list.withPointer { rd_kafka_subscribe(client.pointer, $0) }
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
            self.report("\(KafkaError(code: code))")
        }
    }

    /// Looks for topics that are new.
    func lookForTopics() {
        guard let client = state.withLock({ $0.isSubscribed ? $0.client : nil }) else { return }
        let timeout = Int32(clamping: link.configuration.settings.requestTimeout.wholeMilliseconds)
        client.calls.async {
            var answer: UnsafePointer<rd_kafka_metadata>?
            // Otherwise the library looks by itself after a while.
            if rd_kafka_metadata(client.pointer, 1, nil, &answer, timeout) == RD_KAFKA_RESP_ERR_NO_ERROR {
                rd_kafka_metadata_destroy(answer)
            }
        }
    }

    /// Says once why no messages come.
    func report(_ text: String) {
        let isNews = state.withLock { state in
            defer { state.problem = text }
            return state.problem != text
        }
        guard isNews else { return }
        link.logger.warning(
            "A subscription gets no messages from Kafka",
            metadata: ["broker.name": "\(link.name)", "broker.subscription": "\(line.name)", "error": "\(text)"])
    }
}
#endif
