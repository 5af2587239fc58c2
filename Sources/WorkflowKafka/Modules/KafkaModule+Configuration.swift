#if Kafka
public import WorkflowCore

extension KafkaModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the broker is for.
        public var description = ""
        /// Where the brokers are.
        public var brokers = BrokerAddresses(["localhost:9092"])
        /// Who shares messages.
        public var groupId = "workflow-group"
        /// What the brokers call this client.
        public var clientId = ""
        /// What stands before topics.
        public var topicPrefix = ""
        /// What is carried; empty for everything.
        public var topics: [String] = []
        /// Where events come from.
        public var source = ""
        /// Certificates.
        public var tls: TLSConfiguration?
        /// The user and how to prove who it is.
        public var sasl: LoginConfiguration?
        /// How long connecting may take.
        public var connectTimeout: Duration = .seconds(2)
        /// How long an acknowledgement may take.
        public var requestTimeout: Duration = .seconds(10)
        /// Whether topics are made.
        public var autoCreate = true
        /// How many parts a topic gets.
        public var partitions = 6
        /// How many brokers keep a topic.
        public var replicas = 0
        /// After which time new topics are looked for.
        public var topicRefresh: Duration = .seconds(30)
        /// How content is made smaller.
        public var compression = "none"
        /// Where new subscriptions begin.
        public var start = "latest"
        /// How long the brokers wait for a sign of life.
        public var ackWait: Duration = .seconds(30)
        /// How long the brokers may not know what is handled.
        public var commitInterval: Duration = .milliseconds(200)
        /// How long partitions that go to another node wait for handlers.
        public var handoverWait: Duration = .seconds(10)
        /// How often a message is delivered.
        public var maxDeliver = 5
        /// The longest wait after the first failed delivery.
        public var retryBackoff: Duration = .milliseconds(100)
        /// The longest wait after any failed delivery.
        public var retryLimit: Duration = .seconds(30)
        /// How many messages of one subscription are here at once.
        public var prefetch = 64
        /// How many messages of one subscription are handled at once.
        public var concurrency = 1
        /// The greatest content.
        public var maxPayload = 8 << 20
        /// Where dead letters go as well.
        public var deadLetterTopic = ""
        /// How long dead letters are kept.
        public var deadLetterRetention: Duration = .seconds(30 * 86_400)

        /// Creates the defaults.
        public init() {}
    }

    /// Certificates of the connection.
    public struct TLSConfiguration: ConfigurationObject {
        /// Whose certificates are trusted.
        public var ca: ConfigurationFilePath?
        /// The certificate of this client.
        public var cert: ConfigurationFilePath?
        /// Its key.
        public var key: ConfigurationFilePath?
        /// The password of the key.
        public var keyPassword = SecretString("")
        /// Whether the certificate of the broker is not checked.
        public var insecure = false

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "ca", \.ca, "Whose certificates are trusted, a PEM file; without it those that the system trusts.",
                aliases: ["caFile", "ca_file"]),
            .init("cert", \.cert, "The certificate of this client, a PEM file.", aliases: ["certFile", "cert_file"]),
            .init("key", \.key, "The key of `cert`, a PEM file.", aliases: ["keyFile", "key_file"]),
            .init(
                "keyPassword", \.keyPassword, "The password of `key`, when it has one.", secret: true,
                aliases: ["key_password"]),
            .init("insecure", \.insecure, "Whether the certificate of the broker is not checked; for tests only."),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard (cert == nil) != (key == nil) else { return }
            decoder.fail(node, "\"cert\" and \"key\" belong together", suggestion: "give both, or neither")
        }
    }

    /// The user and how to prove who it is.
    public struct LoginConfiguration: ConfigurationObject {
        /// How the password is proved.
        public var mechanism = "PLAIN"
        /// The user.
        public var user = ""
        /// The password of the user.
        public var password = SecretString("")

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "mechanism", \.mechanism,
                "How the password is proved. `PLAIN` sends it, and wants `tls`.", aliases: ["mechanisms"],
                schema: .choice(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])),
            .init(
                "user", \.user, "The user.", required: true, aliases: ["username"],
                check: { $0.isEmpty ? "must not be empty" : nil }),
            .init("password", \.password, "The password of `user`.", required: true, secret: true),
        ]

        /// Creates the defaults.
        public init() {}
    }
}
#endif
