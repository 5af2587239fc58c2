#if Redis
public import WorkflowCore

/// Makes the broker of an `eventbus.bridge` with `provider: redis`, by the defaults of ``RedisStreamModule``.
public enum RedisBrokerProvider: BrokerProvider {
    public static let name = "redis"

    public static func broker(_ request: BrokerRequest, context: ModuleContext) throws -> any GenerationalBroker {
        var configuration = RedisStreamModule.Configuration()
        configuration.url = SecretString(request.url.isEmpty ? "redis://localhost:6379" : request.url)
        configuration.topics = request.topics.map(\.description)
        configuration.concurrency = request.subscription.concurrency
        configuration.prefetch = min(request.subscription.capacity, configuration.prefetch)
        configuration.maxDeliver = request.subscription.maxDeliveries
        configuration.retryBackoff = request.subscription.backoff.base
        configuration.retryLimit = request.subscription.backoff.limit
        configuration.deadLetterRetention = request.deadLetterRetention
        return try RedisStreamBroker(configuration, context: context)
    }
}
#endif
