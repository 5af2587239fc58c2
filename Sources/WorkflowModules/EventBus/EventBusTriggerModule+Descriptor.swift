public import WorkflowCore

extension EventBusTriggerModule {
    public static let descriptor = ModuleDescriptor(
        type: "eventbus", section: .trigger,
        summary: "Runs workflows when the event bus brings messages.",
        details: """
            As the trigger `event`, with the event bus as its broker: the data of the workflow is the content of the \
            message, with the content again under `originalMessage`, and `params`; an instance of a state machine is \
            found by `instanceId`, otherwise by `id`. A topic that ends with `*` stands for all that begin with what is \
            before it.

            With `async: false` the workflow runs for one message after the other. A message that failed lets those \
            without its key pass while it waits for its next attempt.

            The workflow runs on behalf of the application, not of a user: whoever can publish to the topic can reach \
            every instance.
            """,
        requires: [.init(.messageBroker)],
        examples: [
            ModuleDescriptor.Example(
                "Orders that are paid are passed on, one after the other",
                yaml: """
                    modules:
                      - name: bus
                        type: eventbus.modular
                      - name: shipping
                        type: messaging.handler
                    workflows:
                      messaging:
                        subscriptions:
                          - topic: shipping.requested
                            handler: shipping
                    triggers:
                      eventbus:
                        subscriptions:
                          - topic: order.*
                            event: order.paid
                            workflow: messaging
                            action: shipping.requested
                            async: false
                    """)
        ])
}
