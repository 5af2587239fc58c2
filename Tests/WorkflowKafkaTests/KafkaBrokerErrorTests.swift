#if Kafka
import CKafka
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowKafka

/// What brokers refuse, with those of the library.
@Suite(.serialized) struct KafkaBrokerErrorTests {
    private static func with(_ body: (MockCluster, KafkaBroker) async throws -> Void) async throws {
        try await MockCluster.with { cluster in
            try await Node().with(
                cluster.address,
                {
                    $0.autoCreate = false
                    $0.start = "earliest"
                    $0.requestTimeout = .seconds(3)
                }
            ) { broker in try await body(cluster, broker) }
        }
    }

    @Test func whatFailsForAMomentIsPublishedOnce() async throws {
        try await Self.with { cluster, broker in
            let recorder = MessageRecorder()
            _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: recorder)
            try await broker.publish(message("0", key: "k"))
            cluster.failPublishing([
                RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            ])
            for number in 1..<20 { try await broker.publish(message("\(number)", key: "k")) }
            #expect(
                try await recorder.waitForMessages(20, limit: .seconds(30)).map(\.id) == (0..<20).map(String.init))
        }
    }

    @Test func aMessageThatIsTooLargeForTheBrokerBecomesADeadLetter() async throws {
        try await Self.with { cluster, broker in
            cluster.failPublishing([RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE])
            let settled = TestCounter()
            try await broker.publish(message("1")) { settled.increment() }
            #expect(settled.value == 1)
            let letter = try #require(try await broker.deadLetters(limit: 10).first)
            #expect(letter.subscription == "(publisher)")
            #expect(letter.error.hasSuffix("bytes, more than \(cluster.address) takes (message.max.bytes)."))
            try await broker.publish(message("2"))
        }
    }

    @Test func missingRightsAreTold() async throws {
        try await Self.with { cluster, broker in
            cluster.failPublishing([RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED])
            let error = await #expect(throws: WorkflowError.self) { try await broker.publish(message("1")) }
            #expect(error?.code == .unavailable)
            #expect(
                error?.message
                    == "\(cluster.address) does not take a message on \"order.paid\": Broker: Topic authorization failed."
            )
            // The library asks the brokers again after a while.
            try await waitUntil("A publication") {
                do {
                    try await broker.publish(message("2"))
                    return true
                } catch let error as WorkflowError where error.code == .unavailable {
                    return false
                }
            }
        }
    }

    @Test func aBrokerThatGoesAwayAndComesBackIsNoticed() async throws {
        try await Self.with { cluster, broker in
            try await broker.publish(message("1"))
            cluster.set(isDown: true)
            try await waitUntil("The end of the connection") { await isIll(broker) }
            let error = await #expect(throws: WorkflowError.self) { try await broker.publish(message("2")) }
            #expect(error?.code == .unavailable)
            cluster.set(isDown: false)
            try await waitUntilHealthy(broker)
            try await broker.publish(message("3"))
        }
    }
}
#endif
