public import WorkflowCore

extension ServiceKind {
    /// A broker that `triggers.eventbus` listens to: ``EventBusModule``.
    public static let eventBus = ServiceKind("event bus")
}

/// The event bus of an application.
///
/// ```yaml
/// modules:
///   - name: bus
///     type: eventbus.modular
/// eventbus:
///   workerCount: 8
/// ```
public final class EventBusModule: BrokerModule {
    public let carrier: any GenerationalBroker
    private let bus: EventBus
    private let context: ModuleContext

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.context = context
        let topics = try configuration.topics.map { try TopicPattern($0) }
        carrier = try Self.broker(configuration, topics, context)
        let expiry = configuration.eventTTL.map { lifetime in
            MessageExpiry(after: lifetime, maxDeliveries: configuration.maxDeliveries, clock: context.clock)
        }
        bus = EventBus(carrier, topics: topics, expiry: expiry, logger: context.logger)
    }

    private static func broker(
        _ configuration: Configuration, _ topics: [TopicPattern], _ context: ModuleContext
    ) throws -> any GenerationalBroker {
        if configuration.provider == Configuration.memory {
            return GenerationBroker(configuration: configuration.broker, context: context)
        }
        let providers = context.environment.brokerProviders
        guard let provider = providers[configuration.provider] else {
            let names = [Configuration.memory] + providers.keys.sorted()
            throw context.error(
                "there is no provider \"\(configuration.provider)\"",
                suggestion: "use \(names.joined(separator: " or "))")
        }
        return try provider.broker(
            BrokerRequest(
                url: configuration.url, topics: topics, subscription: configuration.broker.subscription,
                deadLetterRetention: configuration.broker.deadLetterRetention), context: context)
    }

    public var services: [any Sendable] { [bus] }

    public func validate() throws {
        try context.generation.offerMessaging()
        guard let other = context.generation.claim("event bus", owner: context.name) else { return }
        throw context.error(
            "\"\(other)\" is the event bus of this application already, and its broker at once",
            suggestion: "remove one of them, or make one a messaging.broker")
    }
}
