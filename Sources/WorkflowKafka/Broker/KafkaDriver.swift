#if Kafka
import WorkflowCore
import WorkflowModules

/// What one generation has of a connection to Kafka.
typealias KafkaBroker = ServerBroker<KafkaDriver>

/// What one generation wants of a Kafka cluster.
struct KafkaDriver: BrokerDriver {
    let configuration: KafkaLinkConfiguration
    let options: DeliveryOptions
    /// What `ce_source` says.
    let source: String

    // Another configuration is another connection; the text has no secrets but depends on them.
    var identity: String { "\(configuration.settings.place) \(configuration.hashValue)" }

    func makeLink(context: ModuleContext) -> KafkaLink {
        KafkaLink(
            name: context.name, configuration: configuration, store: context.store, environment: context.environment,
            logger: context.logger)
    }

    func publish(_ message: Message, on link: KafkaLink) async throws {
        let record = try configuration.codec.encode(message, source: source)
        guard record.body.count <= options.maxPayload else {
            throw MessageTooLarge(size: record.body.count, limit: options.maxPayload)
        }
        try await link.publish(record)
    }
}

extension KafkaBroker {
    /// Makes a broker as the keys of the configuration say.
    ///
    /// - Throws: ``WorkflowError`` when a topic is malformed.
    convenience init(_ configuration: KafkaModule.Configuration, context: ModuleContext) throws {
        self.init(
            KafkaDriver(
                configuration: configuration.link(clientName: "workflow-\(context.name)"),
                options: configuration.options,
                source: configuration.source.isEmpty ? "/workflow/\(context.name)" : configuration.source),
            topics: try configuration.topics.map { try TopicPattern($0) },
            deadLetterRetention: configuration.deadLetterRetention, context: context)
    }
}
#endif
