public import WorkflowCore

/// A message broker inside this process.
///
/// ```yaml
/// modules:
///   - name: events
///     type: messaging.broker
/// ```
public struct MessageBrokerModule: BrokerModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the broker is for.
        public var description = ""
        /// The topics in use.
        public var topics: [String] = []
        /// How many messages of one subscription may wait.
        public var capacity = 1000
        /// How many messages of one subscription are handled at once.
        public var concurrency = 1
        /// How often a message is delivered.
        public var maxDeliveries = 5
        /// The longest wait after the first failed delivery.
        public var retryBackoff: Duration = .milliseconds(100)
        /// The longest wait after any failed delivery.
        public var retryLimit: Duration = .seconds(30)
        /// How long dead letters are kept.
        public var deadLetterRetention: Duration = .seconds(30 * 86_400)

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the broker is for, in words."),
            .init("topics", \.topics, "The topics in use, for readers; messages on other topics are carried as well."),
            .init(
                "capacity", \.capacity, "How many messages of one subscription may wait before publishing waits.",
                schema: .integer(minimum: 1, maximum: 1_000_000)),
            .init(
                "concurrency", \.concurrency,
                "How many messages of one subscription are handled at once; messages with the same key go one after the other.",
                schema: .integer(minimum: 1, maximum: 1000)),
            .init(
                "maxDeliveries", \.maxDeliveries,
                "How often a message is delivered whose handler fails, before it becomes a dead letter.",
                schema: .integer(minimum: 1, maximum: 1000)),
            .init(
                "retryBackoff", \.retryBackoff,
                "The longest wait after the first failed delivery; doubles with each further one."),
            .init("retryLimit", \.retryLimit, "The longest wait after any failed delivery."),
            .init(
                "deadLetterRetention", \.deadLetterRetention,
                "How long messages are kept whose handler has failed for good."),
        ]

        /// Creates the defaults.
        public init() {}

        var brokerConfiguration: InMemoryMessageBroker.Configuration {
            InMemoryMessageBroker.Configuration(
                subscription: InMemoryMessageBroker.SubscriptionOptions(
                    capacity: capacity, concurrency: concurrency, maxDeliveries: maxDeliveries,
                    backoff: Backoff(base: retryBackoff, limit: retryLimit)), deadLetterRetention: deadLetterRetention)
        }
    }

    public static let descriptor = ModuleDescriptor(
        type: "messaging.broker",
        summary: "Carries messages between the modules of this process.",
        details: """
            Each subscription has a queue of its own, so that a slow or failing handler holds up nobody else. Messages \
            with the same key reach a subscription in order. A message whose handler fails is delivered again, after a \
            growing wait, up to `maxDeliveries` times; then it is a dead letter: it is kept in the state store, where it \
            survives a restart, and can be listed, delivered again and discarded (see docs/management.md).

            In topics of subscriptions `*` stands for one segment; at the end it stands for one or more, as `>` does: \
            `order.*` takes `order.paid` and `order.item.added`.

            Events of state machines, forwarded messages and messages of components are committed to the state store \
            before they are published, and stay there until all subscriptions are done with them: with a durable store \
            they survive a crash, and may then be delivered again with the same identifier.

            When the configuration is reloaded, what waits in a queue goes to the new modules, in order. A subscription \
            that is not there any more handles what it has got by then.
            """,
        provides: [.messageBroker],
        examples: [
            ModuleDescriptor.Example(
                "A handler that hears of all orders",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                        config:
                          capacity: 5000
                          maxDeliveries: 8
                      - name: order-log
                        type: messaging.handler
                        config:
                          topic: order.*
                    """)
        ])

    /// The broker.
    public let broker: GenerationBroker
    private let generation: GenerationContext

    public init(configuration: Configuration, context: ModuleContext) throws {
        broker = GenerationBroker(configuration: configuration.brokerConfiguration, context: context)
        generation = context.generation
    }

    public var services: [any Sendable] { [broker] }
    public var carrier: any GenerationalBroker { broker }

    public func validate() throws {
        try generation.offerMessaging()
    }
}
