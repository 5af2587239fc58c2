public import WorkflowCore

extension MessagingWorkflowModule {
    public static let descriptor = ModuleDescriptor(
        type: "messaging", section: .workflow,
        summary: "Subscribes message handlers to topics, and passes messages on.",
        details: """
            **Subscriptions.** A handler that fails gets the message again, see `messaging.broker`. A topic that a \
            handler's own `topic` covers already is not subscribed to twice.

            **Producers.** After a handler has handled a message, it is published to each topic of `forwardTo`. A circle \
            of handlers that pass messages to each other is refused, since it would never end. So is one through branches \
            of conditionals, as long as `messaging.handler` and conditionals are all that is on the way and their \
            expressions look at nothing but the content: a message that takes the way once takes it for ever. Where the \
            content changes on the way, or time or topic decide, it is not known, and not refused.

            **Triggers** name `messaging` as their `workflow` and a topic (or `broker:topic`) as their `action`. The \
            content of the message is `message` of the data, or all of it. The answer is \
            `{success, broker, topic, length}`, where `length` is the size of the content in bytes.
            """,
        requires: [.init(.messageBroker), .init(.messageHandler, optional: true)],
        examples: [
            ModuleDescriptor.Example(
                "A pipeline of two stations",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: validation
                        type: messaging.handler
                      - name: archive
                        type: messaging.handler
                    workflows:
                      messaging:
                        broker: events
                        subscriptions:
                          - topic: readings.raw
                            handler: validation
                          - topic: readings.valid
                            handler: archive
                        producers:
                          - name: validation
                            forwardTo: [readings.valid]
                    """)
        ])
}
