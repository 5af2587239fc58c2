#if NATS
import Testing
import WorkflowTesting

@testable import WorkflowNATS

@Suite(.enabled(if: NATSServer.program != nil, Comment(rawValue: NATSServer.isMissing)))
struct NATSConformanceTests {
    @Test(arguments: MessageBrokerConformance.Check.allCases, [1, 3])
    func jetStreamKeepsThePromisesOfABroker(
        _ check: MessageBrokerConformance.Check, concurrency: Int
    ) async throws {
        let suite = MessageBrokerConformance { body in
            try await NATSServer.with { server in
                try await Node().with(server, { $0.concurrency = concurrency }) { try await body($0) }
            }
        }
        try await suite.run(check)
    }

    @Test(arguments: MessageBrokerConformance.Check.allCases)
    func coreNATSKeepsThePromisesOfABroker(_ check: MessageBrokerConformance.Check) async throws {
        let suite = MessageBrokerConformance { body in
            try await NATSServer.with { server in
                try await Node().with(server, { $0.mode = "core" }) { try await body($0) }
            }
        }
        try await suite.run(check)
    }
}
#endif
