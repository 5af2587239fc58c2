#if Redis
public import WorkflowCore

extension RedisStreamModule {
    public static let descriptor = ModuleDescriptor(
        type: "messaging.redis",
        summary: "Carries messages between nodes and other programs, on streams of Redis.",
        details: """
            A message broker wherever one is named: in subscriptions and producers of `messaging`, in triggers, for the \
            events of state machines. Any number of nodes with the same configuration share the work: a message is \
            handled by one node for each subscription.

            **Streams.** Each topic is a stream, which keeps about `maxLength` messages for about `maxAge`. A message counts \
            as published when Redis has answered; the same identifier within `duplicateWindow` is stored once. Each \
            subscription is a consumer group in the streams that match: what comes while no node runs is handled later. A \
            message is acknowledged after its handler; while a handler works, Redis hears every third of `ackWait` that \
            it does. When a node dies, others take over its messages after `ackWait`; what a node that is stopped has not \
            begun, they take over at once. Handlers may see a message again, with the same identifier.

            **What Redis keeps is what it is set to keep.** By its usual settings (snapshots now and then) a crash of Redis \
            loses the messages of the last minutes although they count as published; with `appendonly yes` and \
            `appendfsync everysec` those of the last second, with `appendfsync always` none. A failover to a replica loses \
            what the replica has not got yet. Set `maxmemory-policy noeviction`: other policies drop whole streams when \
            memory is full, while with this one publishing fails, and events wait in the outbox. Messages go by `maxLength` \
            and `maxAge` whether they have been handled or not; the log says so when that happens to messages in hand. \
            Where no message may be lost, `messaging.nats` is the better choice.

            **Failures.** A message whose handler fails is handled again by the same node after a growing wait, up to \
            `maxDeliver` times. Then it is a dead letter in the state store (see docs/management.md). So are messages \
            that are not JSON or too large, at once, and those that were taken over `maxDeliver` times from nodes that \
            never came to an end with them.

            **Order.** Messages with the same key reach the handler one after another in the order in which Redis took \
            them, also over several topics, and also when one of them fails, as long as one node handles the subscription. \
            Between several nodes two messages of one key may be in hand at once.

            **In Redis** messages are CloudEvents 1.0: the content is JSON in the field `data`, and other fields say `ce_id`, \
            `ce_type` (the topic), `ce_source`, `ce_time`, `ce_partitionkey` (the key), `traceparent` and `tracestate`. What \
            other programs add with `XADD` is taken as well, within a second; without `data` it is an object with a text \
            for each field. For patterns they must add a new topic to the set `{workflow}:topics` too. A pattern may match some \
            thousand topics.

            **Without Redis** the application runs, says so in its health, and connects as soon as there is one. \
            Committed events wait in the outbox until then. When Redis comes back empty, the groups are made again, and \
            what was published since is handled. Needs Redis 6.2 or later, or something that is compatible, without \
            cluster mode; TLS (`rediss://`) is not supported.
            """,
        provides: [.messageBroker],
        examples: [
            ModuleDescriptor.Example(
                "Nodes that share the work on orders",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.redis
                        config:
                          url: redis://127.0.0.1:6379/0
                          prefix: shop
                          maxDeliver: 8
                      - name: order-log
                        type: messaging.handler
                        config:
                          topic: order.*
                    """)
        ])
}
#endif
