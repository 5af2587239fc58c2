#if Kafka
public import WorkflowCore
import WorkflowModules

extension KafkaModule.Configuration {
    public static let fields: [ConfigurationField<Self>] = connectionFields + topicFields + deliveryFields

    private static let connectionFields: [ConfigurationField<Self>] = [
        .init("description", \.description, "What the broker is for, in words."),
        .init(
            "brokers", \.brokers,
            "Some of the brokers, as `host:port`: a list, or a text with commas. The others are found by them.",
            aliases: ["bootstrapServers", "bootstrap_servers", "servers", "url", "urls"]),
        .init(
            "clientId", \.clientId, "What the brokers call this client; without it `workflow-` and the module's name.",
            aliases: ["clientID", "client_id"]),
        .init(
            "tls", \.tls,
            "Certificates; with this key the connection is encrypted. `{}` trusts whom the system trusts."),
        .init("sasl", \.sasl, "The user, when the brokers want one."),
        .init(
            "connectTimeout", \.connectTimeout,
            "How long connecting may take, and the answer to a look at the brokers.",
            aliases: ["connect_timeout"], check: positive),
        .init(
            "requestTimeout", \.requestTimeout, "How long the brokers may take to acknowledge a message.",
            aliases: ["request_timeout", "timeout"], check: positive),
        .init(
            "compression", \.compression, "How content is made smaller on the way and on the brokers.",
            schema: .choice(["none", "gzip", "snappy", "lz4", "zstd"])),
    ]

    private static let topicFields: [ConfigurationField<Self>] = [
        .init(
            "topicPrefix", \.topicPrefix,
            "What stands before topics in Kafka, with a dot: with `shop`, `order.paid` is `shop.order.paid`. Applications that are to hear each other have the same.",
            aliases: ["topic_prefix", "prefix", "subjectPrefix"],
            check: { $0.isEmpty ? nil : KafkaTopics.problem(withName: $0) }),
        .init(
            "topics", \.topics,
            "What the broker carries: topics, or patterns such as `order.*`; without them everything. Messages on other topics are left to the other brokers.",
            check: { $0.lazy.compactMap { topicProblem($0) }.first }),
        .init(
            "source", \.source,
            "What `ce_source` of published events says; without it `/workflow/` and the module's name."),
        .init(
            "autoCreate", \.autoCreate,
            "Whether topics are made when a message is published or a topic is subscribed to. Topics that are there stay as they are.",
            aliases: ["auto_create", "autoCreateTopics", "createTopics"]),
        .init(
            "partitions", \.partitions,
            "How many parts a topic gets that is made: the greatest number of nodes that share its messages.",
            schema: .integer(minimum: 1, maximum: 10_000)),
        .init(
            "replicas", \.replicas, "How many brokers keep a topic that is made; 0 for what the brokers say.",
            aliases: ["replicationFactor", "replication_factor"], schema: .integer(minimum: 0, maximum: 100)),
        .init(
            "topicRefresh", \.topicRefresh,
            "After which time subscriptions with wildcards find topics that others have made.",
            aliases: ["topic_refresh"], check: { $0 < .seconds(1) ? "must be at least 1s" : nil }),
        .init(
            "deadLetterTopic", \.deadLetterTopic,
            "A topic in Kafka, without the prefix, that gets a copy of each message that could not be handled. They are kept in the state store in any case.",
            aliases: ["dead_letter_topic", "dlq"], check: { $0.isEmpty ? nil : KafkaTopics.problem(withName: $0) }),
    ]

    private static let deliveryFields: [ConfigurationField<Self>] = [
        .init(
            "groupId", \.groupId,
            "Nodes with the same group share the messages of a subscription: each is handled by one of them. Each subscription has a consumer group of its own, whose name begins with this.",
            aliases: ["groupID", "group_id", "group", "consumerGroup", "queueGroup"],
            check: { $0.isEmpty ? "must not be empty" : nil }),
        .init(
            "start", \.start,
            "Where a subscription begins that Kafka does not know: with the next message, or with the first that is kept.",
            aliases: ["deliver", "autoOffsetReset", "auto_offset_reset"], schema: .choice(["latest", "earliest"])),
        .init(
            "ackWait", \.ackWait,
            "How long the brokers wait for a sign of life of a node, before others get its messages. Handlers may take longer.",
            aliases: ["ack_wait", "sessionTimeout", "session_timeout"],
            check: { $0 < .seconds(1) ? "must be at least 1s" : nil }),
        .init(
            "commitInterval", \.commitInterval,
            "How long it takes at most until the brokers know that a message is handled: as much is handled again after a crash.",
            aliases: ["commit_interval"], check: positive),
        .init(
            "handoverWait", \.handoverWait,
            "How long handlers may go on when their partitions go to another node; then it gets the messages as well.",
            aliases: ["handover_wait"], check: { $0 > .seconds(240) ? "must be at most 240s" : nil }),
        .init(
            "maxDeliver", \.maxDeliver,
            "How often a message is delivered whose handler fails, before it becomes a dead letter.",
            aliases: ["max_deliver", "maxDeliveries"], schema: .integer(minimum: 1, maximum: 1000)),
        .init(
            "retryBackoff", \.retryBackoff,
            "The longest wait after the first failed delivery; doubles with each further one."),
        .init("retryLimit", \.retryLimit, "The longest wait after any failed delivery."),
        .init(
            "prefetch", \.prefetch, "How many messages of one subscription a node has in hand or waiting.",
            aliases: ["capacity"], schema: .integer(minimum: 1, maximum: 10_000)),
        .init(
            "concurrency", \.concurrency,
            "How many messages of one subscription a node handles at once; messages with the same key go one after the other.",
            aliases: ["workers"], schema: .integer(minimum: 1, maximum: 1000)),
        .init(
            "maxPayload", \.maxPayload,
            "The greatest content in bytes; the brokers have a bound of their own (`message.max.bytes`, usually 1 MiB). What is larger becomes a dead letter.",
            aliases: ["max_payload", "maxMessageBytes"], schema: .integer(minimum: 1024, maximum: 64 << 20)),
        .init(
            "deadLetterRetention", \.deadLetterRetention,
            "How long messages are kept whose handler has failed for good."),
    ]

    private static let positive: @Sendable (Duration) -> String? = { $0 > .zero ? nil : "must be more than 0" }

    private static func topicProblem(_ text: String) -> String? {
        do {
            _ = try TopicPattern(text)
            return nil
        } catch {
            return (error as? WorkflowError)?.message ?? "\(error)"
        }
    }
}
#endif
