public import WorkflowCore

extension EventBusModule {
    public static let descriptor = ModuleDescriptor(
        type: "eventbus.modular", aliases: ["messaging.broker.eventbus", "eventbus.bridge"], settingsKey: "eventbus",
        summary: "Carries events between the modules of this process; the broker that triggers.eventbus listens to.",
        details: """
            A message broker like `messaging.broker`, with queues, retries and dead letters of the same kind; it serves \
            wherever a broker is named. One module is the bus and its broker: an application has one at most. Its \
            settings may also stand under `eventbus` at the top of the file.

            **Topics.** A subscription whose topic ends with `*` gets all topics that begin with what is before it: \
            `order.*` takes `order.paid` and `order.item.added`, `order*` also `order` and `orders.new`, and `*` \
            takes everything.

            `topics` narrows what the bus carries, as for a bridge to elsewhere. Events of state machines go to every \
            broker that has subscribers for them; to this one only when it carries their topic. A subscription that \
            could never get a message is refused. What is published to the bus itself on another topic counts as \
            heard by nobody, which is logged.

            **Order.** With more than one of `workerCount`, messages without a key have no order.

            **Old messages.** With `eventTTL` a message whose turn comes too late is not handled. It becomes a dead \
            letter, after the usual attempts, and can be delivered again by hand; then it is handled however old it is.
            """,
        provides: [.messageBroker, .eventBus],
        examples: [
            ModuleDescriptor.Example(
                "Settings at the top of the file, and a handler of everything about orders",
                yaml: """
                    modules:
                      - name: bus
                        type: eventbus.modular
                      - name: order-log
                        type: messaging.handler
                    workflows:
                      messaging:
                        subscriptions:
                          - topic: order*
                            handler: order-log
                    eventbus:
                      engine: memory
                      maxEventQueueSize: 1000
                      workerCount: 5
                      eventTTL: 3600
                      retentionDays: 7
                    """),
            ModuleDescriptor.Example(
                "A bus for some topics beside a broker for all",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: bus
                        type: eventbus.bridge
                        config:
                          provider: memory
                          topics: [orders.*]
                    """),
        ])
}
