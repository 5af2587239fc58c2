#if NATS
import WorkflowCore
import WorkflowModules

/// What one generation has of a connection to NATS.
typealias NATSBroker = ServerBroker<NATSDriver>

/// What one generation wants of a NATS server.
struct NATSDriver: BrokerDriver {
    let configuration: NATSLinkConfiguration
    let options: DeliveryOptions
    /// What `ce-source` says.
    let source: String

    // Another configuration is another connection; the text has no secrets but depends on them.
    var identity: String { "\(configuration.settings.place) \(configuration.hashValue)" }

    func makeLink(context: ModuleContext) -> NATSLink {
        NATSLink(
            name: context.name, configuration: configuration, store: context.store, environment: context.environment,
            logger: context.logger)
    }

    func publish(_ message: Message, on link: NATSLink) async throws {
        let encoded = try configuration.codec.encode(message, source: source)
        let connection = try link.connection()
        let size = encoded.body.count + encoded.headers.reduce(32) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard encoded.body.count <= options.maxPayload, size <= connection.maxPayload else {
            throw MessageTooLarge(size: size, limit: min(options.maxPayload, connection.maxPayload))
        }
        guard configuration.stream != nil else {
            do {
                return try await connection.transmit(encoded)
            } catch let error as NATSError {
                throw WorkflowError(
                    .unavailable, "The message could not be sent to \(configuration.settings.place): \(error).")
            }
        }
        do {
            _ = try link.reply(try await link.request(encoded, on: connection))
        } catch let error as WorkflowError where error.code != .unavailable {
            // A stream that is full, or not there for the moment: nothing is wrong with the message.
            throw WorkflowError(.unavailable, error.message)
        }
    }
}

extension NATSBroker {
    /// Makes a broker as the keys of the configuration say.
    ///
    /// - Throws: ``WorkflowError`` when a topic is malformed.
    convenience init(_ configuration: NATSModule.Configuration, context: ModuleContext) throws {
        self.init(
            NATSDriver(
                configuration: configuration.link(clientName: "workflow \(context.name)"),
                options: configuration.options,
                source: configuration.source.isEmpty ? "/workflow/\(context.name)" : configuration.source),
            topics: try configuration.topics.map { try TopicPattern($0) },
            deadLetterRetention: configuration.deadLetterRetention, context: context)
    }
}
#endif
