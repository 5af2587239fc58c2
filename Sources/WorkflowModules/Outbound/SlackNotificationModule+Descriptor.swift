public import WorkflowCore

extension SlackNotificationModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the notifications are for.
        public var description = ""
        /// The incoming webhook.
        public var webhookURL = SecretString("")
        /// The channel.
        public var channel = ""
        /// The name that the messages stand under.
        public var username = ""
        /// The text of the messages.
        public var text: JSONTemplate?
        /// How often a message is sent again.
        public var maxRetries = 3
        /// How long one attempt may take.
        public var timeout: Duration = .seconds(30)
        /// What a success of the step fires.
        public var successTransition = ""
        /// What a failure of the step fires.
        public var compensateTransition = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the notifications are for, in words."),
            .init(
                "webhookURL", \.webhookURL,
                "The URL of an incoming webhook of Slack, or of a service that takes the same.",
                required: true, secret: true, aliases: ["webhookUrl"], check: { FetchPlace.problem($0.value) }),
            .init("channel", \.channel, "The channel, such as `#orders`; without it that of the webhook."),
            .init("username", \.username, "The name that the messages stand under; without it that of the webhook."),
            .init(
                "text", \.text,
                "The text of the messages, with `${data.…}` in it; without it `text` or `message` of the content, or all of the content as JSON.",
                schema: .string),
            .init(
                "maxRetries", \.maxRetries, "How often a message that was not taken is sent again.",
                schema: .integer(minimum: 0, maximum: 100)),
            .init("timeout", \.timeout, "How long one attempt may take.", check: { OutboundChecks.timeout($0) }),
            .init(
                "successTransition", \.successTransition,
                "For a hook of a state machine: the transition that a success fires."),
            .init(
                "compensateTransition", \.compensateTransition,
                "For a hook of a state machine: the transition that a failure fires, with `error` as data."),
        ]

        /// Creates the defaults.
        public init() {}

        var policy: DeliveryPolicy { DeliveryPolicy(maxRetries: maxRetries, timeout: timeout) }
    }

    public static let descriptor = ModuleDescriptor(
        type: "notification.slack",
        summary: "Writes events to a channel of Slack.",
        details: """
            It is a message handler for subscriptions of the section `messaging`, a step for hooks of state machines, \
            and a component for `processing.step`. It posts `{channel, username, text}` to an incoming webhook. Retries, \
            failures and what follows them are those of `webhook.sender`.

            In `text`, `data` is the content of the message, the data of the step or the input of the component, and \
            `event.id` and `event.topic` tell where it comes from. Write `${data.total}` rather than `${total}`, which \
            would be an environment variable. `&`, `<` and `>` in the content are escaped, so that it cannot mention \
            people; in `text` itself they mean what they mean to Slack.
            """,
        provides: [.messageHandler, .processingStep, .component],
        examples: [
            ModuleDescriptor.Example(
                "Tell the team about large orders",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: team-chat
                        type: notification.slack
                        config:
                          webhookURL: ${SLACK_WEBHOOK_URL:-https://hooks.slack.com/services/T0/B0/secret}
                          channel: "#orders"
                          username: Orders
                          text: Order ${data.id} of ${data.customer.name ?? 'a guest'} over ${data.total}
                    workflows:
                      messaging:
                        subscriptions:
                          - topic: order.large
                            handler: team-chat
                    """)
        ])
}
