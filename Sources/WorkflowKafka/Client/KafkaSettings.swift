#if Kafka
import WorkflowCore

/// Where a Kafka cluster is and how to sign in there.
struct KafkaSettings: Sendable, Hashable {
    /// Certificates of a connection.
    struct TLS: Sendable, Hashable {
        /// Whose certificates are trusted, a PEM file; `nil` for those that the system trusts.
        var authority: String?
        /// The certificate of this client, a PEM file.
        var certificate: String?
        /// Its key, a PEM file.
        var key: String?
        /// The password of the key.
        var keyPassword = ""
        /// Whether the certificate of the broker is not checked.
        var isUnchecked = false
    }

    /// A user and how to prove who it is.
    struct Login: Sendable, Hashable {
        var mechanism: String
        var user: String
        var password: String
    }

    /// Some of the brokers, as `host:port`.
    var brokers: [String]
    /// What the brokers call this client.
    var clientID: String
    /// `nil` for connections that are not encrypted.
    var tls: TLS?
    var login: Login?
    /// How long connecting may take.
    var connectTimeout: Duration = .seconds(2)
    /// How long the brokers may take to acknowledge a message.
    var requestTimeout: Duration = .seconds(10)
    /// After which time topics are looked for that are new.
    var topicRefresh: Duration = .seconds(30)
    /// The greatest content of a message, in bytes.
    var maxPayload = 8 << 20
    var compression = "none"

    /// The addresses, for people.
    var place: String { brokers.joined(separator: ", ") }

    /// What the library is told, by the names of its own settings.
    var entries: [(name: String, value: String)] {
        var entries = [
            ("bootstrap.servers", brokers.joined(separator: ",")), ("client.id", clientID),
            ("security.protocol", (login == nil ? "" : "sasl_") + (tls == nil ? "plaintext" : "ssl")),
            ("socket.connection.setup.timeout.ms", "\(max(1000, connectTimeout.wholeMilliseconds))"),
            ("socket.keepalive.enable", "true"), ("socket.nagle.disable", "true"),
            ("reconnect.backoff.ms", "100"), ("reconnect.backoff.max.ms", "2000"),
            ("topic.metadata.refresh.interval.ms", "\(topicRefresh.wholeMilliseconds)"),
            // Room for key, header fields and what Kafka adds.
            ("message.max.bytes", "\(maxPayload + (1 << 16))"), ("log.connection.close", "false"),
        ]
        if let login {
            entries += [
                ("sasl.mechanisms", login.mechanism), ("sasl.username", login.user), ("sasl.password", login.password),
            ]
        }
        if let tls {
            if let authority = tls.authority { entries.append(("ssl.ca.location", authority)) }
            if let certificate = tls.certificate { entries.append(("ssl.certificate.location", certificate)) }
            if let key = tls.key { entries.append(("ssl.key.location", key)) }
            if !tls.keyPassword.isEmpty { entries.append(("ssl.key.password", tls.keyPassword)) }
            if tls.isUnchecked { entries.append(("enable.ssl.certificate.verification", "false")) }
        }
        return entries
    }
}
#endif
