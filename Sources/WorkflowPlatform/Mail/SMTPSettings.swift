public import WorkflowCore

/// Which server sends e-mails, and as whom.
public struct SMTPSettings: Sendable {
    /// How the connection is protected.
    public enum Security: String, Sendable {
        /// TLS from the beginning (port 465).
        case tls
        /// TLS after STARTTLS, without which nothing is sent (port 587).
        case startTLS = "starttls"
        /// Nothing: for a server on the same machine only.
        case plain

        /// The port that servers usually have for it.
        var usualPort: Int {
            switch self {
            case .tls: 465
            case .startTLS: 587
            case .plain: 25
            }
        }
    }

    /// The name or address of the server.
    public var host: String
    /// Its port.
    public var port: Int
    /// How the connection is protected.
    public var security: Security
    /// The name to sign in with; empty for not at all.
    public var user: String
    /// The password to sign in with.
    public var password: SecretString
    /// The address that e-mails come from.
    public var sender: String
    /// A file of certificates in PEM form to trust in the place of those of the system.
    public var trustRoots: String?
    /// How long sending a message may take.
    public var timeout: Duration = .seconds(30)

    /// Creates settings.
    public init(
        host: String, port: Int? = nil, security: Security = .startTLS, user: String = "",
        password: SecretString = SecretString(""), sender: String
    ) {
        self.host = host
        self.security = security
        self.port = port ?? security.usualPort
        self.user = user
        self.password = password
        self.sender = sender
    }

    /// What is wrong with the settings, as a sentence; `nil` when nothing is.
    public var problem: String? {
        guard !host.isEmpty, (1...65535).contains(port) else { return "The server of e-mails has no host or port." }
        guard SMTPText.isAddress(sender) else { return "The sender of e-mails is not an e-mail address." }
        let isLocal = ["localhost", "127.0.0.1", "::1"].contains(host)
        guard security != .plain || isLocal || user.isEmpty else {
            return "A password would go over the network unprotected; use starttls or tls."
        }
        return nil
    }
}
