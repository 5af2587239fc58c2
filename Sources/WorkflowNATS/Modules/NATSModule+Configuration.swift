#if NATS
public import WorkflowCore

extension NATSModule {
    /// Certificates of the connection.
    public struct TLSConfiguration: ConfigurationObject {
        /// Whose certificates are trusted.
        public var ca: ConfigurationFilePath?
        /// The certificate of this client.
        public var cert: ConfigurationFilePath?
        /// Its key.
        public var key: ConfigurationFilePath?
        /// Whether the certificate of the server is not checked.
        public var insecure = false

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "ca", \.ca, "Whose certificates are trusted, a PEM file; without it those that the system trusts.",
                aliases: ["caFile", "ca_file"]),
            .init("cert", \.cert, "The certificate of this client, a PEM file.", aliases: ["certFile", "cert_file"]),
            .init("key", \.key, "The key of `cert`, a PEM file.", aliases: ["keyFile", "key_file"]),
            .init("insecure", \.insecure, "Whether the certificate of the server is not checked; for tests only."),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard (cert == nil) != (key == nil) else { return }
            decoder.fail(node, "\"cert\" and \"key\" belong together", suggestion: "give both, or neither")
        }
    }

    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the broker is for.
        public var description = ""
        /// Where the server is.
        public var url = "nats://localhost:4222"
        /// Where the servers of a cluster are.
        public var urls: [String] = []
        /// How messages are carried.
        public var mode = "jetstream"
        /// The stream; empty for one by the prefix.
        public var stream = ""
        /// Whether the stream is made.
        public var createStream = true
        /// What stands before topics.
        public var subjectPrefix = "workflow"
        /// Who shares messages.
        public var queueGroup = "workflow"
        /// What is carried; empty for everything.
        public var topics: [String] = []
        /// Where events come from.
        public var source = ""
        /// The user.
        public var user = ""
        /// The password of the user.
        public var password = SecretString("")
        /// Instead of user and password.
        public var token = SecretString("")
        /// A file with a JWT and a key.
        public var credentials: ConfigurationFilePath?
        /// Certificates.
        public var tls: TLSConfiguration?
        /// How long connecting may take.
        public var connectTimeout: Duration = .seconds(2)
        /// How long an answer may take.
        public var requestTimeout: Duration = .seconds(5)
        /// Where the stream is kept.
        public var storage = "file"
        /// When messages go.
        public var retention = "limits"
        /// How many servers keep the stream.
        public var replicas = 1
        /// How long messages are kept.
        public var maxAge: Duration = .seconds(7 * 86_400)
        /// How many bytes are kept.
        public var maxBytes = 0
        /// How long duplicates are left out.
        public var duplicateWindow: Duration = .seconds(600)
        /// Where new subscriptions begin.
        public var deliver = "new"
        /// How long the server waits for a sign of life.
        public var ackWait: Duration = .seconds(30)
        /// How many messages all nodes have in hand.
        public var maxAckPending = 1000
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
        /// How long dead letters are kept.
        public var deadLetterRetention: Duration = .seconds(30 * 86_400)

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            if mode == "jetstream", subjectPrefix.isEmpty, topics.isEmpty, createStream {
                decoder.fail(
                    node, "without \"subjectPrefix\" the stream needs to know its subjects",
                    suggestion: "name them in topics, or set a subjectPrefix")
            }
            if maxAge > .zero, duplicateWindow > maxAge {
                decoder.fail(
                    node, "\"duplicateWindow\" is longer than \"maxAge\"",
                    suggestion: "an identifier cannot be remembered longer than its message")
            }
            let ways = [!user.isEmpty, !token.value.isEmpty, credentials != nil].filter { $0 }.count
            if ways > 1 {
                decoder.fail(
                    node, "\"user\", \"token\" and \"credentials\" exclude each other", suggestion: "keep one of them")
            }
        }
    }
}
#endif
