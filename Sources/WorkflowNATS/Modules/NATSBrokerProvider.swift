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

extension NATSBroker: GenerationalBroker {
    func subscribe(
        to pattern: TopicPattern, name: String, isSerial: Bool, handler: any MessageHandler
    ) async throws -> any Subscription {
        var options = options
        if isSerial { options.concurrency = 1 }
        return try await subscribe(to: pattern, name: name, options: options, handler: handler)
    }
}

extension NATSBroker {
    /// Makes a broker as the keys of the configuration say.
    ///
    /// - Throws: ``WorkflowError`` when a topic is malformed.
    convenience init(_ configuration: NATSModule.Configuration, context: ModuleContext) throws {
        let codec = CloudEventCodec(
            source: configuration.source.isEmpty ? "/workflow/\(context.name)" : configuration.source,
            subjects: configuration.subjects, maxPayload: configuration.maxPayload)
        self.init(
            configuration: configuration.link(clientName: "workflow \(context.name)"), options: configuration.options,
            codec: codec, topics: try configuration.topics.map { try TopicPattern($0) },
            deadLetterRetention: configuration.deadLetterRetention, context: context)
    }
}
#endif
