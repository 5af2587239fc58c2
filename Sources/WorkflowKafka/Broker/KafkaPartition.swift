#if Kafka
import CKafka

/// A part of a topic, whose messages have an order.
struct KafkaPartition: Sendable, Hashable {
    let topic: String
    let number: Int32
}

/// Where a message comes from.
struct KafkaReceipt: Sendable, Hashable {
    let partition: KafkaPartition
    let offset: Int64
    /// Which of the times it is that this node has the partition.
    let term: Int
}

/// A list of partitions of the library.
///
/// `@unchecked Sendable`: only one owner uses it at a time.
final class KafkaPartitionList: @unchecked Sendable {
    private let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ offsets: [KafkaPartition: Int64]) {
        pointer = rd_kafka_topic_partition_list_new(Int32(offsets.count))
        for (partition, offset) in offsets {
            rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.number).pointee.offset = offset
        }
    }

    /// Copies a list.
    init(copying list: UnsafePointer<rd_kafka_topic_partition_list_t>) {
        pointer = rd_kafka_topic_partition_list_copy(list)
    }

    /// Calls `body` with the list, which it must not keep.
    func withPointer<Result>(
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws -> Result
    ) rethrows -> Result {
        // Otherwise a list that nobody uses any more could be gone during the call.
        try withExtendedLifetime(self) { try body(pointer) }
    }

    deinit {
        rd_kafka_topic_partition_list_destroy(pointer)
    }

    /// The partitions, each with its offset and what went wrong with it.
    var elements: [(partition: KafkaPartition, offset: Int64, code: rd_kafka_resp_err_t)] {
        withPointer { Self.elements(of: $0) }
    }

    static func elements(
        of list: UnsafePointer<rd_kafka_topic_partition_list_t>
    ) -> [(partition: KafkaPartition, offset: Int64, code: rd_kafka_resp_err_t)] {
        (0..<Int(list.pointee.cnt)).map { index in
            let element = list.pointee.elems[index]
            return (
                KafkaPartition(topic: String(cString: element.topic), number: element.partition), element.offset,
                element.err
            )
        }
    }
}
#endif
