import Synchronization
public import WorkflowCore

/// The section `event` of `triggers`: workflows that run when messages arrive.
public final class EventTriggerModule: WorkflowModule, SummarizedModule {
    /// The keys of the section.
    public struct Configuration: ConfigurationObject {
        /// The broker; empty for the only one.
        public var broker = ""
        /// What runs when.
        public var subscriptions: [SubscriptionConfiguration] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "broker", \.broker, "The broker; may be left out when there is only one.", reference: .messageBroker),
            .init("subscriptions", \.subscriptions, "What runs when which message arrives.", required: true),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// One topic and what it runs.
    public struct SubscriptionConfiguration: ConfigurationObject {
        /// The topic.
        public var topic = Located("")
        /// The type of the events.
        public var event = ""
        /// The workflow.
        public var workflow = Located("")
        /// The action.
        public var action = Located("")
        /// Further data.
        public var params: JSONObject = [:]

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "topic", \.topic, "A topic, or a pattern such as `order.*`.", required: true,
                check: { TopicPattern.problem($0.value) }),
            .init("event", \.event, "Only messages whose `type`, or else `eventType`, is this."),
            .init(
                "workflow", \.workflow, "The workflow: a kind, such as `messaging`, or the name of a definition.",
                required: true),
            .init("action", \.action, "What to do; for a definition, the transition.", required: true),
            .init("params", \.params, "Further data for the workflow; wins over what the message brings."),
        ]

        /// Creates the defaults.
        public init() {}
    }

    private let configuration: Configuration
    private let context: ModuleContext
    private let subscriptions = Mutex<[any Subscription]>([])

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
    }

    public func validate() throws {
        let missingBroker = context.issues { _ = try context.generation.broker(named: configuration.broker) }
        let invoker = context.generation.invoker
        let issues =
            missingBroker
            + configuration.subscriptions.compactMap { subscription in
                invoker.issue(workflow: subscription.workflow, action: subscription.action)
            }
        if !issues.isEmpty { throw ConfigurationError(issues) }
    }

    public func prepare() async throws {
        let broker = try context.generation.broker(named: configuration.broker).broker
        var names = DistinctNames()
        for subscription in configuration.subscriptions {
            let pattern = try TopicPattern(subscription.topic.value)
            let (workflow, action) = (subscription.workflow.value, subscription.action.value)
            let name = names.next(for: "trigger/\(pattern)/\(subscription.event)/\(workflow)/\(action)")
            let handler = EventTriggerHandler(
                name: name, subscription: subscription, invoker: context.generation.invoker, logger: context.logger)
            let active = try await broker.subscribe(to: pattern, name: name, handler: handler)
            subscriptions.withLock { $0.append(active) }
        }
    }

    public func shutdown() async {
        let subscriptions = subscriptions.withLock { subscriptions in
            defer { subscriptions = [] }
            return subscriptions
        }
        for subscription in subscriptions { await subscription.cancel() }
    }

    public var summaryLines: [SummaryLine] {
        configuration.subscriptions.map { subscription in
            SummaryLine(
                "event trigger",
                "\(subscription.topic.value) -> \(subscription.workflow.value): \(subscription.action.value)")
        }
    }
}
