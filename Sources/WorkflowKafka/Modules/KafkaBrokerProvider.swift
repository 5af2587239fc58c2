#if Kafka
public import WorkflowCore
import WorkflowModules

/// Makes the broker of an `eventbus.bridge` with `provider: kafka`, by the defaults of ``KafkaModule``.
public enum KafkaBrokerProvider: BrokerProvider {
    public static let name = "kafka"

    public static func broker(_ request: BrokerRequest, context: ModuleContext) throws -> any GenerationalBroker {
        var configuration = KafkaModule.Configuration()
        if !request.url.isEmpty {
            let addresses = BrokerAddresses.parts(of: request.url)
            let problem = addresses.lazy.compactMap(BrokerAddresses.problem).first
            if let problem = problem ?? (addresses.isEmpty ? BrokerAddresses.problem("") : nil) {
                throw context.error(problem)
            }
            configuration.brokers = BrokerAddresses(addresses)
        }
        configuration.topics = request.topics.map(\.description)
        configuration.concurrency = request.subscription.concurrency
        configuration.prefetch = min(request.subscription.capacity, configuration.prefetch)
        configuration.maxDeliver = request.subscription.maxDeliveries
        configuration.retryBackoff = request.subscription.backoff.base
        configuration.retryLimit = request.subscription.backoff.limit
        configuration.deadLetterRetention = request.deadLetterRetention
        return try KafkaBroker(configuration, context: context)
    }
}
#endif
