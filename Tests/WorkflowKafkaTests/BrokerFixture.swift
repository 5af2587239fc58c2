#if Kafka
import CKafka
import Synchronization
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowKafka

/// Brokers of one node: what they share survives a reload.
struct Node: Sendable {
    var environment = EngineEnvironment(logger: .quiet)
    var store: any StateStore = InMemoryStateStore()

    /// Makes a broker of one generation, quick to try again; it is prepared.
    func broker(
        _ address: String, _ change: (inout KafkaModule.Configuration) -> Void = { _ in }
    ) async throws -> KafkaBroker {
        var configuration = KafkaModule.Configuration()
        configuration.brokers = BrokerAddresses([address])
        configuration.retryBackoff = .milliseconds(1)
        configuration.retryLimit = .milliseconds(1)
        configuration.ackWait = .seconds(6)
        configuration.commitInterval = .milliseconds(20)
        configuration.partitions = 4
        configuration.topicRefresh = .seconds(1)
        change(&configuration)
        let context = ModuleContext(
            name: "events", type: "messaging.kafka", location: SourceLocation(file: "test"), logger: environment.logger,
            generation: GenerationContext(number: 1, environment: environment, store: store))
        let broker = try KafkaBroker(configuration, context: context)
        try await broker.prepare()
        return broker
    }

    /// Lends a broker that is active.
    func with(
        _ address: String, _ change: (inout KafkaModule.Configuration) -> Void = { _ in },
        _ body: (KafkaBroker) async throws -> Void
    ) async throws {
        let broker = try await broker(address, change)
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
    _ what: String, limit: Duration = .seconds(30), _ condition: @escaping @Sendable () async throws -> Bool
) async throws {
    try await withTimeLimit(what, limit: limit) {
        while try await !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}

/// Whether a broker has no connection.
func isIll(_ broker: KafkaBroker) async -> Bool {
    do {
        try await broker.checkHealth()
        return false
    } catch {
        return true
    }
}

extension KafkaConsumer {
    /// The partitions that the group has given this node.
    var partitions: [KafkaPartition] { state.withLock { Array($0.holdings.keys) } }

    /// Which client of the library is the member of the group.
    var member: ObjectIdentifier? { state.withLock { $0.client.map { ObjectIdentifier($0) } } }

    /// What the group calls this member; empty before it has joined.
    var memberName: String {
        guard let client = state.withLock({ $0.client }), let name = rd_kafka_memberid(client.pointer)
        else { return "" }
        defer { rd_kafka_mem_free(client.pointer, name) }
        return String(cString: name)
    }

    /// Ends the client as the end of the process would: without a word to the group.
    func die() {
        let ends = state.withLock { state in
            defer { (state.client, state.control, state.records, state.isClosing) = (nil, nil, nil, true) }
            return (state.client, state.control, state.records)
        }
        _ = ends
    }
}

/// Returns when a broker has its connection.
func waitUntilHealthy(_ broker: KafkaBroker) async throws {
    try await waitUntil("The connection") { await !isIll(broker) }
}
#endif
