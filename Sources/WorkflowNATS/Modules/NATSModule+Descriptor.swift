#if NATS
public import WorkflowCore

extension NATSModule {
    public static let descriptor = ModuleDescriptor(
        type: "messaging.nats",
        summary: "Carries messages between nodes and other programs, on NATS.",
        details: """
            A message broker wherever one is named: in subscriptions and producers of `messaging`, in triggers, for the \
            events of state machines. Any number of nodes with the same configuration share the work: a message is \
            handled by one node for each subscription.

            **JetStream.** The server keeps messages in a stream, which is made when it is not there. A message counts as \
            published when the server has acknowledged it; the same identifier within `duplicateWindow` is stored once. \
            Each subscription is a durable consumer that is named for `queueGroup`, its own name and its pattern: \
            what comes while no node runs is handled later. A message is acknowledged after its handler; while a handler \
            works, the server hears every third of `ackWait` that it does. When a node dies, its messages are delivered \
            to others after `ackWait`: handlers may see a message again, with the same identifier.

            **Failures.** After a growing wait a message is delivered again, up to `maxDeliver` times; one without a key \
            perhaps to another node. Then it is a dead letter in the state store (see docs/management.md). So are messages \
            that are not JSON or too large, at once, and those that have ended the process of a node again and again.

            **Order.** Messages with the same key reach the handler one after another in the order of the stream, also when \
            one of them fails, as long as one node handles the subscription. Between several nodes two messages of one key \
            may be in hand at once; with `maxAckPending: 1` they are not, and a subscription handles one message at a time.

            **On the wire** messages are CloudEvents 1.0 in binary mode: the content is JSON, and header fields say \
            `ce-id`, `ce-type` (the topic), `ce-source`, `ce-time`, `ce-partitionkey` (the key), `traceparent` and \
            `tracestate`. Plain JSON of other programs is taken as well, and structured CloudEvents.

            **Without a server** the application runs, says so in its health, and connects as soon as there is one. \
            Committed events wait in the outbox until then.

            **Core mode** passes messages on to who listens at the moment. What fails is tried again on the same node; what \
            comes while nobody listens is lost.
            """,
        provides: [.messageBroker],
        examples: [
            ModuleDescriptor.Example(
                "Nodes that share the work on orders",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.nats
                        config:
                          url: nats://localhost:4222
                          subjectPrefix: shop
                          maxDeliver: 8
                      - name: order-log
                        type: messaging.handler
                        config:
                          topic: order.*
                    """)
        ])
}
#endif
