#if NATS
import Synchronization
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowNATS

/// Brokers of one node: what they share survives a reload.
struct Node: Sendable {
    var environment = EngineEnvironment(logger: .quiet)
    var store: any StateStore = InMemoryStateStore()

    /// Makes a broker of one generation, quick to try again; it is prepared.
    func broker(
        _ server: NATSServer, _ change: (inout NATSModule.Configuration) -> Void = { _ in }
    ) async throws -> NATSBroker {
        var configuration = NATSModule.Configuration()
        configuration.url = server.url
        configuration.retryBackoff = .milliseconds(1)
        configuration.retryLimit = .milliseconds(1)
        configuration.ackWait = .seconds(1)
        change(&configuration)
        let context = ModuleContext(
            name: "events", type: "messaging.nats", location: SourceLocation(file: "test"), logger: .quiet,
            generation: GenerationContext(number: 1, environment: environment, store: store))
        let broker = try NATSBroker(configuration, context: context)
        try await broker.prepare()
        return broker
    }

    /// Lends a broker that is active.
    func with(
        _ server: NATSServer, _ change: (inout NATSModule.Configuration) -> Void = { _ in },
        _ body: (NATSBroker) async throws -> Void
    ) async throws {
        let broker = try await broker(server, change)
        try broker.activate()
        do {
            try await body(broker)
        } catch {
            await broker.shutdown()
            throw error
        }
        await broker.shutdown()
    }
}

func message(_ id: String, topic: String = "order.paid", key: String = "", _ payload: JSONValue = .null) -> Message {
    Message(id: id, topic: topic, payload: payload, key: key, timestamp: .systemNow())
}

/// Returns when a condition holds.
func waitUntil(
    _ what: String, limit: Duration = .seconds(20), _ condition: @escaping @Sendable () async throws -> Bool
) async throws {
    try await withTimeLimit(what, limit: limit) {
        while try await !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}

/// Whether a broker has no connection.
func isIll(_ broker: NATSBroker) async -> Bool {
    do {
        try await broker.checkHealth()
        return false
    } catch {
        return true
    }
}

/// Returns when a broker has its connection.
func waitUntilHealthy(_ broker: NATSBroker) async throws {
    try await waitUntil("The connection") { await !isIll(broker) }
}
#endif
