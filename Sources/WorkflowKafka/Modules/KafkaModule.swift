#if Kafka
public import WorkflowCore
public import WorkflowModules

/// A message broker on Kafka: messages reach all nodes of an application, and other programs.
///
/// ```yaml
/// modules:
///   - name: events
///     type: messaging.kafka
///     config:
///       brokers: kafka-1:9092, kafka-2:9092
/// ```
public final class KafkaModule: BrokerModule {
    public let carrier: any GenerationalBroker
    private let context: ModuleContext

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.context = context
        carrier = try KafkaBroker(configuration, context: context)
    }

    public var services: [any Sendable] { [carrier] }

    public func validate() throws {
        try context.generation.offerMessaging()
    }
}

/// The module types that need Kafka.
public enum KafkaModules {
    /// All of them, for a registry.
    public static let all: [any WorkflowModule.Type] = [KafkaModule.self]
}
#endif
