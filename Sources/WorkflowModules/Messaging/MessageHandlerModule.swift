import Logging
import Synchronization
public import WorkflowCore

/// A message handler that writes what it gets to the log.
///
/// ```yaml
/// modules:
///   - name: order-log
///     type: messaging.handler
///     config:
///       topic: order.*
/// ```
public final class MessageHandlerModule: WorkflowModule, MessageHandler, MessageSource {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the handler is for.
        public var description = ""
        /// The topic that it subscribes to by itself.
        public var topic = ""
        /// The broker of `topic`.
        public var broker = ""
        /// Accepted, without effect.
        public var inputType = ""
        /// Accepted, without effect.
        public var watchPath = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the handler is for, in words. The log shows it."),
            .init(
                "topic", \.topic,
                "A topic, or a pattern such as `order.*`, that the handler subscribes to by itself. Other topics come from the section `messaging` of `workflows`.",
                check: { TopicPattern.problem($0) }),
            .init(
                "broker", \.broker, "The broker of `topic`; may be left out when there is only one.",
                reference: .messageBroker),
            .init("inputType", \.inputType, "Accepted for configurations of other engines; has no effect."),
            .init("watchPath", \.watchPath, "Accepted for configurations of other engines; has no effect."),
        ]

        /// Creates the defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "messaging.handler",
        summary: "Writes the messages that it gets to the log.",
        details: """
            Messages come from subscriptions of the section `messaging`, from the handler's own `topic`, and from hooks \
            of state machines. They are logged at the level info, with at most 2000 characters of their content.

            With `producers` of the section `messaging` the messages are passed on to other topics, which makes the \
            handler a station of a pipeline.
            """,
        provides: [.messageHandler],
        requires: [.init(.messageBroker, optional: true)],
        examples: [
            ModuleDescriptor.Example(
                "Log all events of orders",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: order-log
                        type: messaging.handler
                        config:
                          topic: order.*
                          description: Everything that happens to orders
                    """)
        ])

    private static let loggedCharacters = 2000

    /// The pattern of the topics that the handler subscribes to by itself.
    let ownTopic: TopicPattern?
    private let configuration: Configuration
    private let context: ModuleContext
    private let receivers = MessageReceivers()
    private let subscription = Mutex<(any Subscription)?>(nil)

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        ownTopic = configuration.topic.isEmpty ? nil : try TopicPattern(configuration.topic)
    }

    public func validate() throws {
        if ownTopic != nil { _ = try broker() }
    }

    public func prepare() async throws {
        guard let ownTopic else { return }
        let observed = ObservedHandler(
            handler: self, name: context.name, instrumentation: context.generation.instrumentation)
        let subscription = try await broker().broker.subscribe(
            to: ownTopic, name: "handler/\(context.name)", handler: observed)
        self.subscription.withLock { $0 = subscription }
    }

    public func shutdown() async {
        let subscription = subscription.withLock { subscription in
            defer { subscription = nil }
            return subscription
        }
        await subscription?.cancel()
    }

    public func forward(to receiver: any MessageHandler) {
        receivers.add(receiver)
    }

    public func handle(_ message: Message) async throws {
        let text = message.payload.jsonString()
        let shown = text.utf8.count > Self.loggedCharacters ? text.prefix(Self.loggedCharacters) + "…" : text
        context.logger.info(
            "Message received",
            metadata: [
                "message.topic": "\(message.topic)", "message.id": "\(message.id)", "message.payload": "\(shown)",
                "message.attempt": "\(message.deliveryAttempt)",
            ])
        try await receivers.pass(message)
    }

    /// Whether the handler gets the messages of a topic without being subscribed to it by somebody else.
    func covers(_ pattern: TopicPattern, of brokerName: String) -> Bool {
        guard let ownTopic, (try? broker())?.name == brokerName else { return false }
        return ownTopic == pattern || (pattern.isLiteral && ownTopic.matches(pattern.description))
    }

    private func broker() throws -> (name: String, broker: any MessageBroker) {
        try context.generation.broker(named: configuration.broker)
    }
}

extension TopicPattern {
    /// What is wrong with the text of a topic or pattern, or `nil`.
    static func problem(_ text: String, isLiteral: Bool = false) -> String? {
        do {
            let pattern = try TopicPattern(text)
            guard isLiteral, !pattern.isLiteral else { return nil }
            return "\"\(text)\" must be one topic, without wildcards"
        } catch {
            return (error as? WorkflowError)?.message ?? "\(error)"
        }
    }
}
