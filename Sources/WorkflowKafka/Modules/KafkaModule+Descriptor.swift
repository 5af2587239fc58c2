#if Kafka
public import WorkflowCore

extension KafkaModule {
    public static let descriptor = ModuleDescriptor(
        type: "messaging.kafka",
        summary: "Carries messages between nodes and other programs, on Kafka.",
        details: """
            A message broker wherever one is named: in subscriptions and producers of `messaging`, in triggers, for the \
            events of state machines. Any number of nodes with the same configuration share the work: a message is \
            handled by one node for each subscription.

            **Topics.** A topic is one of Kafka with the same name, after `topicPrefix`; it may have letters, digits, and \
            `. _ -`. It is made with `partitions` when it is not there, unless `autoCreate` is off. Subscriptions with \
            wildcards take in topics that are made later.

            **Publishing.** A message counts as published when all replicas in sync have acknowledged it (`acks=all`). The \
            producer is idempotent, so that its own attempts store a message once.

            **Subscriptions.** Each one is a consumer group that is named for `groupId`, its own name and its pattern; \
            what comes while no node runs is handled later. The place of a group is committed by the engine, and only up to \
            where every message is handled or a dead letter: after a crash the messages from there on are handled again, \
            with the same identifier. When partitions go to another node, they wait up to `handoverWait` for the handlers \
            that are at work, and what they have done is committed first. Kafka forgets the place of groups that nobody \
            uses (`offsets.retention.minutes`, usually a week); `start` then counts again.

            **Failures.** After a growing wait a message is delivered again by the same node, up to `maxDeliver` times; \
            meanwhile messages of other keys go on. Then it is a dead letter in the state store (see docs/management.md), and \
            in `deadLetterTopic` when there is one. So are messages that are not JSON or too large, at once. Kafka does not \
            count deliveries: a node that takes messages over begins with the first attempt.

            **Order.** The key of a message, such as the identifier of an instance, chooses its partition. Messages with \
            the same key on the same topic reach the handler one after another, in order, also when one of them fails, and \
            also between nodes. Between different topics there is no order.

            **On the wire** messages are CloudEvents 1.0 in binary mode: the content is JSON, and header fields say \
            `ce_id`, `ce_type` (the topic), `ce_source`, `ce_time`, `traceparent` and `tracestate`. Plain JSON of other \
            programs is taken as well, and structured CloudEvents.

            **Without brokers** the application runs, says so in its health, and connects as soon as there are some. \
            Committed events wait in the outbox until then.
            """,
        provides: [.messageBroker],
        examples: [
            ModuleDescriptor.Example(
                "Nodes that share the work on orders",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.kafka
                        config:
                          brokers: localhost:9092
                          groupId: shop
                          topicPrefix: shop
                          maxDeliver: 8
                      - name: order-log
                        type: messaging.handler
                        config:
                          topic: order.*
                    """)
        ])
}
#endif
