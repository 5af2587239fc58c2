#if NATS
public import WorkflowCore
import WorkflowModules

extension NATSModule.Configuration {
    public static let fields: [ConfigurationField<Self>] = connectionFields + streamFields + deliveryFields

    private static let connectionFields: [ConfigurationField<Self>] = [
        .init("description", \.description, "What the broker is for, in words."),
        .init(
            "url", \.url, "Where the server is: `nats://host:port`, or `tls://`.", aliases: ["server"],
            check: { urlProblem($0) }),
        .init(
            "urls", \.urls, "Where the servers of a cluster are, instead of `url`.", aliases: ["servers"],
            check: { $0.lazy.compactMap { urlProblem($0) }.first }),
        .init(
            "user", \.user, "The user, when the server wants one.", aliases: ["username"]),
        .init("password", \.password, "The password of `user`.", secret: true),
        .init("token", \.token, "What the server wants instead of user and password.", secret: true),
        .init(
            "credentials", \.credentials, "A credentials file with a JWT and a key, as `nsc` writes it.",
            aliases: ["credentialsFile", "credentials_file", "creds"]),
        .init("tls", \.tls, "Certificates; with this key the connection is always encrypted."),
        .init(
            "connectTimeout", \.connectTimeout, "How long connecting to one address may take.",
            aliases: ["connect_timeout"], check: positive),
        .init(
            "requestTimeout", \.requestTimeout, "How long the server may take to acknowledge a message.",
            aliases: ["request_timeout", "timeout"], check: positive),
    ]

    private static let streamFields: [ConfigurationField<Self>] = [
        .init(
            "mode", \.mode,
            "`jetstream`: the server keeps messages until they are handled. `core`: it passes them on to who listens at the moment, and keeps nothing.",
            schema: .choice(["jetstream", "core"])),
        .init(
            "stream", \.stream, "The name of the stream; without it, `subjectPrefix` in capitals.",
            check: { $0 == NATSSubjects.name(from: $0) ? nil : "\"\($0)\" may have letters, digits, - and _ only" }),
        .init(
            "createStream", \.createStream,
            "Whether the stream is made when it is not there. One that is there stays as it is.",
            aliases: ["create_stream"]),
        .init(
            "subjectPrefix", \.subjectPrefix,
            "What stands before topics in subjects: `order.paid` is `workflow.order.paid`. Applications that are to hear each other have the same; others must differ.",
            aliases: ["subject_prefix", "prefix"], check: { $0.isEmpty ? nil : subjectProblem($0) }),
        .init(
            "topics", \.topics,
            "What the broker carries: topics, or patterns such as `order.*`; without them everything. Messages on other topics are left to the other brokers.",
            aliases: ["subjects"], check: { $0.lazy.compactMap { topicProblem($0) }.first }),
        .init(
            "source", \.source,
            "What `ce-source` of published events says; without it `/workflow/` and the module's name."),
        .init("storage", \.storage, "Where the server keeps the stream.", schema: .choice(["file", "memory"])),
        .init(
            "retention", \.retention,
            "`limits`: messages go by `maxAge` and `maxBytes`. `interest`: also as soon as all subscriptions have handled them.",
            schema: .choice(["limits", "interest"])),
        .init(
            "replicas", \.replicas, "How many servers of a cluster keep the stream.",
            schema: .integer(minimum: 1, maximum: 5)),
        .init("maxAge", \.maxAge, "How long messages are kept; 0 for ever.", aliases: ["max_age"]),
        .init(
            "maxBytes", \.maxBytes, "How many bytes the stream may have before the oldest messages go; 0 for no bound.",
            aliases: ["max_bytes"], schema: .integer(minimum: 0, maximum: nil)),
        .init(
            "duplicateWindow", \.duplicateWindow,
            "How long the server leaves out a message with an identifier that it has seen.",
            aliases: ["duplicate_window", "duplicates"], check: positive),
    ]

    private static let deliveryFields: [ConfigurationField<Self>] = [
        .init(
            "queueGroup", \.queueGroup,
            "Nodes with the same group share the messages of a subscription: each is handled by one of them. Applications that each want all messages have groups of their own.",
            aliases: ["queue_group", "queue", "group", "groupId", "durable", "durablePrefix"],
            check: { $0.isEmpty ? "must not be empty" : nil }),
        .init(
            "deliver", \.deliver,
            "Where a subscription begins that the server does not know: with the next message, or with the first that is kept.",
            schema: .choice(["new", "all"])),
        .init(
            "ackWait", \.ackWait,
            "How long the server waits for a sign of life of the node that has a message, before another one gets it. Handlers may take longer.",
            aliases: ["ack_wait"], check: { $0 < .seconds(1) ? "must be at least 1s" : nil }),
        .init(
            "maxAckPending", \.maxAckPending,
            "How many messages of one subscription all nodes together may have; 1 keeps the order across nodes.",
            aliases: ["max_ack_pending"], schema: .integer(minimum: 1, maximum: 1_000_000)),
        .init(
            "maxDeliver", \.maxDeliver,
            "How often a message is delivered whose handler fails, before it becomes a dead letter.",
            aliases: ["max_deliver", "maxDeliveries"], schema: .integer(minimum: 1, maximum: 1000)),
        .init(
            "retryBackoff", \.retryBackoff,
            "The longest wait after the first failed delivery; doubles with each further one."),
        .init("retryLimit", \.retryLimit, "The longest wait after any failed delivery."),
        .init(
            "prefetch", \.prefetch, "How many messages of one subscription a node has at once.",
            aliases: ["capacity"], schema: .integer(minimum: 1, maximum: 10_000)),
        .init(
            "concurrency", \.concurrency,
            "How many messages of one subscription a node handles at once; messages with the same key go one after the other.",
            aliases: ["workers"], schema: .integer(minimum: 1, maximum: 1000)),
        .init(
            "maxPayload", \.maxPayload,
            "The greatest content in bytes; the server has a bound of its own. What is larger becomes a dead letter.",
            aliases: ["max_payload"], schema: .integer(minimum: 1024, maximum: 64 << 20)),
        .init(
            "deadLetterRetention", \.deadLetterRetention,
            "How long messages are kept whose handler has failed for good."),
    ]

    private static let positive: @Sendable (Duration) -> String? = { $0 > .zero ? nil : "must be more than 0" }

    static func urlProblem(_ url: String) -> String? {
        let schemes = ["nats://", "tls://"]
        guard !url.isEmpty, !url.contains("://") || schemes.contains(where: { url.hasPrefix($0) }),
            !url.contains(where: \.isWhitespace)
        else { return "\"\(NATSSettings.withoutUser(url))\" is not an address such as nats://host:4222" }
        return nil
    }

    private static func topicProblem(_ text: String) -> String? {
        do {
            _ = try TopicPattern(text)
            return nil
        } catch {
            return (error as? WorkflowError)?.message ?? "\(error)"
        }
    }

    private static func subjectProblem(_ text: String) -> String? {
        topicProblem(text)
            ?? (text.contains { "*>$".contains($0) } ? "\"\(text)\" must be without wildcards and $" : nil)
    }

    /// What the connection is made with.
    func link(clientName: String) -> NATSLinkConfiguration {
        var settings = NATSSettings(urls: urls.isEmpty ? [url] : urls, clientName: clientName)
        (settings.user, settings.password, settings.token) = (user, password.value, token.value)
        settings.credentialsFile = credentials?.resolved
        settings.connectTimeout = connectTimeout
        settings.tls = tls.map {
            NATSSettings.TLS(
                authority: $0.ca?.resolved, certificate: $0.cert?.resolved, key: $0.key?.resolved,
                isUnchecked: $0.insecure)
        }
        var link = NATSLinkConfiguration(settings: settings, codec: NATSCodec(subjects: subjects))
        link.requestTimeout = requestTimeout
        link.consumer = NATSConsumerSetup(
            ackWait: ackWait, maxAckPending: maxAckPending, isFromStart: deliver == "all")
        guard mode == "jetstream" else { return link }
        let name = stream.isEmpty ? NATSSubjects.name(from: subjectPrefix.uppercased()) : stream
        let patterns = topics.isEmpty ? [">"] : topics
        var stream = NATSStream(
            name: name.isEmpty ? "WORKFLOW" : name,
            subjects: patterns.map { subjects.subject(of: TopicPattern(stringLiteral: $0)) })
        // A prefix is one stream, whatever the topics of its applications are.
        if !subjectPrefix.isEmpty, createStream { stream.subjects = ["\(subjectPrefix).>"] }
        stream.isCreated = createStream
        stream.isInMemory = storage == "memory"
        stream.isInterestOnly = retention == "interest"
        (stream.replicas, stream.maxAge, stream.maxBytes) = (replicas, maxAge, maxBytes)
        stream.duplicateWindow = duplicateWindow
        link.stream = stream
        return link
    }

    /// The names in NATS.
    var subjects: NATSSubjects { NATSSubjects(prefix: subjectPrefix, group: queueGroup) }

    /// Bounds and retries of subscriptions.
    var options: DeliveryOptions {
        DeliveryOptions(
            prefetch: min(prefetch, maxAckPending), concurrency: concurrency, maxDeliveries: maxDeliver,
            backoff: Backoff(base: retryBackoff, limit: retryLimit), maxPayload: maxPayload)
    }
}
#endif
