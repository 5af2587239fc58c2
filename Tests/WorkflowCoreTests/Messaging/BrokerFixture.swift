import WorkflowCore
import WorkflowTesting

struct Planned: Error, CustomStringConvertible {
    var description: String { "planned" }
}

func message(_ id: String, _ topic: String = "t", key: String = "") -> Message {
    Message(id: id, topic: topic, payload: .null, key: key, timestamp: Timestamp(seconds: 0))
}

/// Lends a broker and shuts it down afterwards.
func withBroker(
    _ options: InMemoryMessageBroker.SubscriptionOptions = .init(), deadLetterRetention: Duration = .seconds(3600),
    clock: any EngineClock = TestClock(), metrics: EngineMetrics? = nil,
    _ body: @Sendable (InMemoryMessageBroker) async throws -> Void
) async throws {
    let broker = InMemoryMessageBroker(
        name: "test", configuration: .init(subscription: options, deadLetterRetention: deadLetterRetention),
        clock: clock,
        random: { 1 }, metrics: metrics, logger: .quiet)
    do {
        try await body(broker)
    } catch {
        await broker.shutdown()
        throw error
    }
    await broker.shutdown()
}

/// Yields until a condition holds; the suite's time limit ends it otherwise.
func eventually(_ what: String, _ condition: @escaping @Sendable () -> Bool) async throws {
    try await withTimeLimit(what) {
        while !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
