#if NATS
public import WorkflowCore

/// Makes the broker of an `eventbus.bridge` with `provider: nats`, by the defaults of ``NATSModule``.
public enum NATSBrokerProvider: BrokerProvider {
    public static let name = "nats"

    public static func broker(_ request: BrokerRequest, context: ModuleContext) throws -> any GenerationalBroker {
        var configuration = NATSModule.Configuration()
        if !request.url.isEmpty {
            if let problem = NATSModule.Configuration.urlProblem(request.url) { throw context.error(problem) }
            configuration.url = request.url
        }
        configuration.topics = request.topics.map(\.description)
        configuration.concurrency = request.subscription.concurrency
        configuration.prefetch = min(request.subscription.capacity, configuration.prefetch)
        configuration.maxDeliver = request.subscription.maxDeliveries
        configuration.retryBackoff = request.subscription.backoff.base
        configuration.retryLimit = request.subscription.backoff.limit
        configuration.deadLetterRetention = request.deadLetterRetention
        return try NATSBroker(configuration, context: context)
    }
}
#endif
