#if Kafka
import Testing
import WorkflowTesting

@testable import WorkflowKafka

@Suite(.serialized, .enabled(if: KafkaServer.program != nil, Comment(rawValue: KafkaServer.isMissing)))
struct KafkaConformanceTests {
    @Test(arguments: MessageBrokerConformance.Check.allCases, [1, 3])
    func kafkaKeepsThePromisesOfABroker(
        _ check: MessageBrokerConformance.Check, concurrency: Int
    ) async throws {
        // Joining a group takes its time.
        let suite = MessageBrokerConformance(limit: .seconds(30)) { body in
            try await KafkaServer.with { server in
                // A commit that meets a rebalance costs the place in the group, and messages come once more.
                func change(_ configuration: inout KafkaModule.Configuration) {
                    configuration.concurrency = concurrency
                    configuration.commitInterval = .seconds(60)
                }
                try await Node().with(server.address, change) { try await body($0) }
            }
        }
        try await suite.run(check)
    }
}
#endif
