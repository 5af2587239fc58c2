import WorkflowCore
import WorkflowModules

#if Kafka
import WorkflowKafka
#endif
#if NATS
import WorkflowNATS
#endif
#if Redis
import WorkflowRedis
#endif

/// What an application gets in a test in place of services that are elsewhere.
enum StandIns {
    /// The module types of an application, with stand-ins for those that need a service.
    static func registry(_ registry: ModuleRegistry) -> ModuleRegistry {
        var registry = registry
        registry.register(SilentTracing.self)
        #if Kafka
        registry.register(BrokerStandIn<KafkaModule>.self)
        #endif
        #if NATS
        registry.register(BrokerStandIn<NATSModule>.self)
        #endif
        #if Redis
        registry.register(BrokerStandIn<RedisStreamModule>.self)
        registry.register(RedisConnectionStandIn.self)
        registry.register(RedisCacheStandIn.self)
        #endif
        return registry
    }

    /// Brokers in memory under the words for brokers elsewhere.
    static func providers(_ providers: [String: any BrokerProvider.Type]) -> [String: any BrokerProvider.Type] {
        providers.mapValues { _ in BrokerProviderStandIn.self }
    }
}

/// A broker in memory with the configuration of one elsewhere.
struct BrokerStandIn<Original: BrokerModule>: BrokerModule {
    typealias Configuration = Original.Configuration

    static var descriptor: ModuleDescriptor { Original.descriptor }

    let carrier: any GenerationalBroker
    private let generation: GenerationContext

    init(configuration: Configuration, context: ModuleContext) throws {
        carrier = GenerationBroker(configuration: .init(), context: context)
        generation = context.generation
    }

    var services: [any Sendable] { [carrier] }

    func validate() throws { try generation.offerMessaging() }
}

/// Makes brokers in memory.
enum BrokerProviderStandIn: BrokerProvider {
    static let name = "memory"

    static func broker(_ request: BrokerRequest, context: ModuleContext) throws -> any GenerationalBroker {
        GenerationBroker(
            configuration: .init(
                subscription: request.subscription, deadLetterRetention: request.deadLetterRetention),
            context: context)
    }
}

/// Takes the settings of tracing and sends nothing.
struct SilentTracing: WorkflowModule {
    typealias Configuration = OpenTelemetryModule.Configuration

    static var descriptor: ModuleDescriptor { OpenTelemetryModule.descriptor }

    init(configuration: Configuration, context: ModuleContext) throws {}
}
