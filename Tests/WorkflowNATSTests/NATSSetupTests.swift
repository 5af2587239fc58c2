#if NATS
import Synchronization
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowNATS

/// Several callers at once, as when generations follow each other quickly, and connections that end meanwhile.
@Suite(.enabled(if: NATSServer.program != nil, Comment(rawValue: NATSServer.isMissing)))
struct NATSSetupTests {
    private static func link(_ server: NATSServer, mode: String) -> NATSLink {
        var configuration = NATSModule.Configuration()
        configuration.url = server.url
        configuration.mode = mode
        return NATSLink(
            name: "events", configuration: configuration.link(clientName: "test"),
            store: InMemoryStateStore(),
            environment: EngineEnvironment(logger: .quiet), logger: .quiet)
    }

    @Test(arguments: ["core", "jetstream"]) func aConsumerHasOneSubscriptionHoweverManySetItUp(
        mode: String
    ) async throws {
        try await NATSServer.with { server in
            let link = Self.link(server, mode: mode)
            link.start()
            await link.waitForFirstAttempt()
            let consumer = link.source(of: "mailer", pattern: "order.*", number: 1)
            let connection = try link.connection()
            try await link.setUp(consumer, on: connection)
            let subscription = try #require(consumer.state.withLock { $0.subscription })
            // One that has found it not set up, and comes second.
            try await link.setUp(consumer, on: connection)
            #expect(consumer.state.withLock { $0.subscription } === subscription)
            await link.shutdown(deadline: .zero)
        }
    }

    @Test func aConnectionThatHasEndedIsLeftToTheNext() async throws {
        try await NATSServer.with { server in
            let link = Self.link(server, mode: "core")
            let ended = try await NATSConnection.open(link.configuration.settings)
            await ended.close()
            link.state.withLock { $0.ready = ended }
            let consumer = link.source(of: "mailer", pattern: "order.*", number: 1)
            try await link.connect(consumer)
            #expect(!consumer.isSetUp(on: ended))
            await link.shutdown(deadline: .zero)
        }
    }
}
#endif
