#if Redis
import WorkflowCore
import WorkflowModules

extension RedisStreamBroker {
    /// Makes a broker as the keys of the configuration say.
    ///
    /// - Throws: ``ConfigurationError`` or ``WorkflowError`` when the connection is missing or a topic is malformed.
    convenience init(_ configuration: RedisStreamModule.Configuration, context: ModuleContext) throws {
        let driver = RedisStreamDriver(
            configuration: try configuration.streams(context: context), options: configuration.options,
            codec: RedisStreamCodec(
                source: configuration.source.isEmpty ? "/workflow/\(context.name)" : configuration.source))
        self.init(
            driver, topics: try configuration.topics.map { try TopicPattern($0) },
            deadLetterRetention: configuration.deadLetterRetention, context: context)
    }
}

extension RedisStreamModule.Configuration {
    /// What the connections are made with.
    func streams(context: ModuleContext) throws -> RedisStreamConfiguration {
        var settings: RedisSettings
        if let connection {
            settings = try context.services.require(RedisConnectionModule.self, kind: .redis, named: connection)
                .link.settings
            settings.commandTimeout = requestTimeout
        } else {
            settings = try RedisConfiguration.settings(
                url ?? SecretString(""), connectTimeout: connectTimeout, timeout: requestTimeout, context: context)
        }
        settings.maximumPendingBytes = max(settings.maximumPendingBytes, 2 * maxPayload)
        var streams = RedisStreamConfiguration(
            settings: settings, names: RedisStreamNames(prefix: prefix, group: group))
        (streams.ackWait, streams.isFromStart) = (ackWait, deliver == "all")
        (streams.maxLength, streams.maxAge, streams.duplicateWindow) = (maxLength, maxAge, duplicateWindow)
        return streams
    }

    /// Bounds and retries of subscriptions.
    var options: DeliveryOptions {
        DeliveryOptions(
            prefetch: prefetch, concurrency: concurrency, maxDeliveries: maxDeliver,
            backoff: Backoff(base: retryBackoff, limit: retryLimit), maxPayload: maxPayload)
    }
}
#endif
