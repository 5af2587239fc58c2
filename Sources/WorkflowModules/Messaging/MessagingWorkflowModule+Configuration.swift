public import WorkflowCore

extension MessagingWorkflowModule {
    /// The keys of the section.
    public struct Configuration: ConfigurationObject {
        /// The broker; empty for the only one.
        public var broker = ""
        /// Who gets the messages of which topics.
        public var subscriptions: [SubscriptionConfiguration] = []
        /// Whose messages are passed on.
        public var producers: [ProducerConfiguration] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "broker", \.broker, "The broker; may be left out when there is only one.", reference: .messageBroker),
            .init("subscriptions", \.subscriptions, "Who gets the messages of which topics.", required: true),
            .init("producers", \.producers, "Whose messages are passed on to other topics."),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// A subscription.
    public struct SubscriptionConfiguration: ConfigurationObject {
        /// The topic.
        public var topic = Located("")
        /// The module that gets the messages.
        public var handler = Located("")

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "topic", \.topic, "A topic, or a pattern such as `order.*`.", required: true,
                check: { TopicPattern.problem($0.value) }),
            .init(
                "handler", \.handler, "The message handler that gets the messages.", required: true,
                reference: .messageHandler),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// A module whose messages are passed on.
    public struct ProducerConfiguration: ConfigurationObject {
        /// The module.
        public var name = Located("")
        /// Where the messages go.
        public var forwardTo: [Located<String>] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "name", \.name,
                "The module: a message handler, whose messages are passed on after it has handled them, or another module that passes its content on.",
                required: true),
            .init(
                "forwardTo", \.forwardTo, "The topics that the messages are passed on to.", required: true,
                check: { topics in
                    topics.lazy.compactMap { TopicPattern.problem($0.value, isLiteral: true) }.first
                }),
        ]

        /// Creates the defaults.
        public init() {}
    }
}
