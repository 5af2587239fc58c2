import Testing
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowModules

@Suite struct EventBusConformanceTests {
    @Test(arguments: MessageBrokerConformance.Check.allCases)
    func keepsThePromisesOfABroker(_ check: MessageBrokerConformance.Check) async throws {
        let suite = MessageBrokerConformance(queueCapacity: 20) { body in
            let options = InMemoryMessageBroker.SubscriptionOptions(
                capacity: 20, backoff: Backoff(base: .milliseconds(1), limit: .milliseconds(1)))
            let context = ModuleContext(
                name: "bus", type: "eventbus.modular", location: SourceLocation(file: "test"), logger: .quiet,
                generation: GenerationContext(
                    number: 1, environment: EngineEnvironment(logger: .quiet), store: InMemoryStateStore()))
            let broker = GenerationBroker(configuration: .init(subscription: options), context: context)
            try broker.activate()
            let expiry = MessageExpiry(after: .seconds(3600), maxDeliveries: 5, clock: SystemClock())
            let bus = EventBus(broker, topics: [], expiry: expiry, logger: .quiet)
            // With a prefix among the subscriptions the bus itself says who listens.
            let other = try await bus.subscribe(to: "unheard-of*", name: "other", handler: MessageRecorder())
            try await body(bus)
            await other.cancel()
            await broker.shutdown()
        }
        try await suite.run(check)
    }
}
