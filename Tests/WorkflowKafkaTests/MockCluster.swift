#if Kafka
import CKafka
import Synchronization
import WorkflowTesting

@testable import WorkflowKafka

/// The brokers that come with the library, in this process, which fail on demand. They make topics by themselves.
final class MockCluster: @unchecked Sendable {
    // The library locks its objects itself.
    private let client: KafkaHandle
    private let cluster: OpaquePointer

    let address: String

    private init() throws {
        client = try KafkaHandle(RD_KAFKA_PRODUCER, settings: [], events: 0, logger: .quiet)
        guard let cluster = rd_kafka_mock_cluster_new(client.pointer, 1) else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__FAIL)
        }
        self.cluster = cluster
        address = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    /// Lends a cluster of one broker.
    static func with(_ body: (MockCluster) async throws -> Void) async throws {
        let cluster = try MockCluster()
        defer { rd_kafka_mock_cluster_destroy(cluster.cluster) }
        try await body(cluster)
    }

    /// Lets the next messages that are published fail.
    func failPublishing(_ codes: [rd_kafka_resp_err_t]) {
        let produce: Int16 = 0
        rd_kafka_mock_push_request_errors_array(cluster, produce, codes.count, codes)
    }

    /// Lets members of groups join and get no partitions, or lets them get some again.
    func set(isAssigning: Bool) {
        let syncGroup: Int16 = 14
        guard !isAssigning else { return rd_kafka_mock_clear_request_errors(cluster, syncGroup) }
        let codes = Array(repeating: RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, count: 1000)
        rd_kafka_mock_push_request_errors_array(cluster, syncGroup, codes.count, codes)
    }

    /// Takes the broker away, or brings it back.
    func set(isDown: Bool) {
        _ = isDown ? rd_kafka_mock_broker_set_down(cluster, 1) : rd_kafka_mock_broker_set_up(cluster, 1)
    }
}
#endif
