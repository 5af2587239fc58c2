#if Redis
public import WorkflowCore

extension RedisStreamModule.Configuration {
    public static let fields: [ConfigurationField<Self>] = serverFields + streamFields + deliveryFields

    private static let serverFields: [ConfigurationField<Self>] = [
        .init("description", \.description, "What the broker is for, in words."),
        .init(
            "url", \.url,
            "The server: `redis://user:password@host:6379/0`, or `host:port`. Needed without `connection`.",
            secret: true, aliases: ["address", "server"], check: { $0.flatMap(RedisConfiguration.problem) }),
        .init(
            "connection", \.connection,
            "A `redis.connection` module that says where the server is, instead of `url`; the broker has connections of its own.",
            reference: .redis),
        .init(
            "connectTimeout", \.connectTimeout,
            "How long a connection may take to be ready; with `connection` that of the module counts.",
            aliases: ["connect_timeout"], check: RedisConfiguration.timeoutProblem),
        .init(
            "requestTimeout", \.requestTimeout,
            "How long Redis may take to answer, also to acknowledge a message; afterwards it counts as away.",
            aliases: ["request_timeout", "timeout"], check: RedisConfiguration.timeoutProblem),
    ]

    private static let streamFields: [ConfigurationField<Self>] = [
        .init(
            "prefix", \.prefix,
            "What the names of all keys in Redis begin with: `order.paid` is the stream `{workflow}:topic:order.paid`. Applications that are to hear each other have the same; others must differ.",
            aliases: ["subjectPrefix", "subject_prefix"], check: { prefixProblem($0) }),
        .init(
            "topics", \.topics,
            "What the broker carries: topics, or patterns such as `order.*`; without them everything. Messages on other topics are left to the other brokers.",
            aliases: ["subjects"], check: { $0.lazy.compactMap { topicProblem($0) }.first }),
        .init(
            "source", \.source,
            "What `ce_source` of published events says; without it `/workflow/` and the module's name."),
        .init(
            "maxLength", \.maxLength,
            "About how many messages of a topic are kept before the oldest go, handled or not; 0 for no bound.",
            aliases: ["max_length", "maxLen"], schema: .integer(minimum: 0, maximum: 1_000_000_000)),
        .init(
            "maxAge", \.maxAge, "About how long messages are kept, handled or not; 0 for ever.",
            aliases: ["max_age"]),
        .init(
            "duplicateWindow", \.duplicateWindow,
            "How long a message is left out whose identifier was published to the same topic; 0 for not at all.",
            aliases: ["duplicate_window", "duplicates"]),
    ]

    private static let deliveryFields: [ConfigurationField<Self>] = [
        .init(
            "group", \.group,
            "Nodes with the same group share the messages of a subscription: each is handled by one of them. Applications that each want all messages have groups of their own.",
            aliases: ["queueGroup", "queue_group", "queue", "groupId"],
            check: { $0.isEmpty || $0.contains(where: \.isWhitespace) ? "must be one word" : nil }),
        .init(
            "deliver", \.deliver,
            "Where a subscription begins that Redis does not know: with the next message, or with the first that is kept.",
            schema: .choice(["new", "all"])),
        .init(
            "ackWait", \.ackWait,
            "How long a node may give no sign of life before others take over its messages. Handlers may take longer.",
            aliases: ["ack_wait"], check: { $0 < .seconds(1) ? "must be at least 1s" : nil }),
        .init(
            "maxDeliver", \.maxDeliver,
            "How often a message is delivered whose handler fails, before it becomes a dead letter.",
            aliases: ["max_deliver", "maxDeliveries"], schema: .integer(minimum: 1, maximum: 1000)),
        .init(
            "retryBackoff", \.retryBackoff,
            "The longest wait after the first failed delivery; doubles with each further one."),
        .init("retryLimit", \.retryLimit, "The longest wait after any failed delivery."),
        .init(
            "prefetch", \.prefetch,
            "How many messages of one subscription a node reads ahead; those it takes over come on top.",
            aliases: ["capacity"], schema: .integer(minimum: 1, maximum: 10_000)),
        .init(
            "concurrency", \.concurrency,
            "How many messages of one subscription a node handles at once; messages with the same key go one after the other.",
            aliases: ["workers"], schema: .integer(minimum: 1, maximum: 1000)),
        .init(
            "maxPayload", \.maxPayload, "The greatest content in bytes. What is larger becomes a dead letter.",
            aliases: ["max_payload"], schema: .integer(minimum: 1024, maximum: 64 << 20)),
        .init(
            "deadLetterRetention", \.deadLetterRetention,
            "How long messages are kept whose handler has failed for good."),
    ]

    private static func topicProblem(_ text: String) -> String? {
        do {
            _ = try TopicPattern(text)
            return nil
        } catch {
            return (error as? WorkflowError)?.message ?? "\(error)"
        }
    }

    private static func prefixProblem(_ text: String) -> String? {
        if text.isEmpty { return "must not be empty" }
        return text.contains { $0.isWhitespace || "{}".contains($0) }
            ? "\"\(text)\" must be without braces and spaces" : nil
    }
}
#endif
