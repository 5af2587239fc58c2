#if Redis
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowRedis

/// The tests of `messaging.redis`, one after the other: they keep servers busy, and others here measure times.
@Suite(.serialized) enum RedisStreamTests {}

/// Brokers of one node: what they share survives a reload.
struct RedisStreamNode: Sendable {
    var environment = EngineEnvironment(logger: .quiet)
    var store: any StateStore = InMemoryStateStore()

    /// Makes a broker of one generation, quick to try again; it is prepared.
    func broker(
        _ server: RedisServer, _ change: (inout RedisStreamModule.Configuration) -> Void = { _ in }
    ) async throws -> any GenerationalBroker {
        var configuration = RedisStreamModule.Configuration()
        configuration.url = SecretString(server.url)
        configuration.retryBackoff = .milliseconds(1)
        configuration.retryLimit = .milliseconds(1)
        configuration.ackWait = .seconds(1)
        change(&configuration)
        let context = ModuleContext(
            name: "events", type: "messaging.redis", location: SourceLocation(file: "test"), logger: .quiet,
            generation: GenerationContext(number: 1, environment: environment, store: store))
        let broker: any GenerationalBroker = try RedisStreamBroker(configuration, context: context)
        try await broker.prepare()
        return broker
    }

    /// Lends a broker that is active.
    func with(
        _ server: RedisServer, _ change: (inout RedisStreamModule.Configuration) -> Void = { _ in },
        _ body: (any GenerationalBroker) async throws -> Void
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

/// The names that brokers of ``RedisStreamNode`` have in Redis.
let streamNames = RedisStreamNames(prefix: "workflow", group: "workflow")

extension RedisServer {
    /// Sends a command as another program would.
    @discardableResult
    func command(_ words: String...) async throws -> RedisValue {
        var patient = try settings
        patient.commandTimeout = .seconds(20)
        let client = try RedisClient(patient)
        do {
            let answer = try await client.send(words.map { RedisArgument($0) })
            await client.close()
            return answer
        } catch {
            await client.close()
            throw error
        }
    }

    /// The names of the consumers of a group.
    func consumers(of group: String, topic: String) async throws -> [String] {
        let rows = try await command("XINFO", "CONSUMERS", streamNames.stream(of: topic), group).array ?? []
        return rows.compactMap { $0.array?[1].text }
    }

    /// How many messages of a group are not acknowledged; `nil` while there is no group.
    func pending(of group: String, topic: String) async throws -> Int64? {
        do {
            return try await command("XPENDING", streamNames.stream(of: topic), group).array?.first?.integer
        } catch let error as RedisError where error.description.hasPrefix("NOGROUP") {
            return nil
        }
    }
}

func message(_ id: String, topic: String = "order.paid", key: String = "", _ payload: JSONValue = .null) -> Message {
    Message(id: id, topic: topic, payload: payload, key: key, timestamp: .systemNow())
}

/// Whether a broker is well.
func isHealthy(_ broker: any GenerationalBroker) async -> Bool {
    do {
        try await broker.checkHealth()
        return true
    } catch {
        return false
    }
}
#endif
