#if Redis
import WorkflowCore
import WorkflowModules

/// What one generation has of the connections to Redis.
typealias RedisStreamBroker = ServerBroker<RedisStreamDriver>

/// What one generation wants of Redis as a message broker.
struct RedisStreamDriver: BrokerDriver {
    let configuration: RedisStreamConfiguration
    let options: DeliveryOptions
    let codec: RedisStreamCodec

    // Another configuration is another connection; the text has no secrets but depends on them.
    var identity: String { "\(configuration.settings.place) \(configuration.hashValue)" }

    func makeLink(context: ModuleContext) -> RedisStreamLink {
        RedisStreamLink(
            name: context.name, configuration: configuration, store: context.store, environment: context.environment,
            logger: context.logger)
    }

    func publish(_ message: Message, on link: RedisStreamLink) async throws {
        let names = configuration.names
        try names.check(topic: message.topic)
        let body = message.payload.jsonBytes()
        guard body.count <= options.maxPayload else {
            throw MessageTooLarge(size: body.count, limit: options.maxPayload)
        }
        let keys = [
            names.last, names.stream(of: message.topic), names.identifier(message.id, topic: message.topic),
            names.topics, names.version, names.index,
        ]
        let words: [RedisArgument] = [
            .init(message.topic), "\(configuration.duplicateWindow.wholeMilliseconds)", "\(configuration.maxLength)",
            "\(configuration.maxAge.wholeMilliseconds)",
        ]
        do {
            let client = try link.client()
            if client.status == .connected { try link.checkSubscriptions() }
            _ = try await RedisStreamScripts.publish.run(
                on: client, keys: keys.map { RedisArgument($0) },
                words + codec.fields(of: message, body: body))
        } catch let error as RedisError {
            // Memory that is full, a replica that takes nothing: nothing is wrong with the message.
            throw link.unavailable(
                error.code == .refused ? "Redis at \(configuration.settings.place) refuses: \(error)" : "\(error)")
        }
    }
}
#endif
