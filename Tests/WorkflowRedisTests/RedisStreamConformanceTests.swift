#if Redis
import Testing
import WorkflowTesting

@testable import WorkflowRedis

extension RedisStreamTests {
    @Suite struct RedisStreamConformanceTests {
        @Test(arguments: MessageBrokerConformance.Check.allCases, [1, 3])
        func streamsKeepThePromisesOfABroker(_ check: MessageBrokerConformance.Check, concurrency: Int) async throws {
            let suite = MessageBrokerConformance { body in
                try await RedisServer.run { server in
                    try await RedisStreamNode().with(server, { $0.concurrency = concurrency }) { try await body($0) }
                }
            }
            try await suite.run(check)
        }
    }
}
#endif
