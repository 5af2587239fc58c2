public import WorkflowCore

extension EventBusTriggerModule {
    /// The keys of the section.
    public struct Configuration: ConfigurationObject {
        /// The event bus; empty for the only one.
        public var broker = ""
        /// What runs when.
        public var subscriptions: [SubscriptionConfiguration] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init("broker", \.broker, "The event bus; may be left out.", reference: .eventBus),
            .init("subscriptions", \.subscriptions, "What runs when which message arrives.", required: true),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// One topic and what it runs.
    public struct SubscriptionConfiguration: ConfigurationObject {
        /// The topic and what it runs.
        public var event = EventTriggerModule.SubscriptionConfiguration()
        /// Whether several messages may be handled at once.
        public var isConcurrent = true

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "topic", \.event.topic, "A topic, or the beginning of topics with a `*`, such as `order.*`.",
                required: true, check: { TopicPattern.problem($0.value) }),
            .init("event", \.event.event, "Only messages whose `type`, or else `eventType`, is this."),
            .init(
                "workflow", \.event.workflow, "The workflow: a kind, such as `messaging`, or the name of a definition.",
                required: true),
            .init("action", \.event.action, "What to do; for a definition, the transition.", required: true),
            .init("params", \.event.params, "Further data for the workflow; wins over what the message brings."),
            .init(
                "async", \.isConcurrent,
                "Whether as many messages as the bus has workers are handled at once (`true`), or one after the other in the order of publishing (`false`). Publishers wait in neither case."
            ),
        ]

        /// Creates the defaults.
        public init() {}
    }
}
