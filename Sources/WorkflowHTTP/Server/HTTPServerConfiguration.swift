/// How an ``HTTPServer`` listens and what it tolerates.
///
/// ```swift
/// var configuration = HTTPServerConfiguration(address: try ListenAddress("127.0.0.1:8080"))
/// configuration.maxBodyBytes = 16 << 20
/// configuration.tls = .init(certificatePath: "server.pem", privateKeyPath: "server.key")
/// ```
public struct HTTPServerConfiguration: Sendable {
    /// Where to listen.
    public var address: ListenAddress
    /// The greatest size of the request line and the header together; more is refused with 431.
    public var maxHeaderBytes = 16 * 1024
    /// The greatest number of header fields; more is refused with 431.
    public var maxHeaderFields = 128
    /// The greatest size of a request body; more is refused with 413.
    public var maxBodyBytes = 1 << 20
    /// How long a request may take to arrive.
    ///
    /// Counted from its first byte to the end of its body, without the time in which the handler lets the client wait.
    /// A body earns one second for each 16 KiB that arrived. Too slow a request gets 408.
    public var readTimeout: Duration = .seconds(15)
    /// How long a connection may stay open without a request.
    public var idleTimeout: Duration = .seconds(60)
    /// How long the client may take for 64 KiB of a response, or for all that is there, before the connection is cut.
    ///
    /// A stream of HTTP/2 is reset when nothing of it has been sent for that long.
    public var writeTimeout: Duration = .seconds(15)
    /// How long a handler may take for its answer; after that it is cancelled and the client gets 503.
    public var handlerTimeout: Duration?
    /// How many connections may be open; no more than the system allows, though.
    ///
    /// When there are nearly as many, those that have been idle for longest are closed. When none is idle, further
    /// ones get 503 and are closed.
    public var maxConnections = 16_384
    /// How many connections one address may have open, for IPv6 one /64 network; further ones get 503 and are closed.
    ///
    /// Unix sockets and trusted proxies are not counted.
    public var maxConnectionsPerAddress: Int? = 1024
    /// Proxies whose `X-Forwarded-For` tells ``WorkflowCore/ServerRequest/remoteAddress``: addresses, blocks such as
    /// `10.0.0.0/8`, and `unix` for those that come over a unix socket.
    public var trustedProxies: [String] = []
    /// After how many requests a connection is closed.
    public var maxRequestsPerConnection: Int?
    /// Certificates; without them the server speaks plain HTTP.
    public var tls: TLS?
    /// HTTP/2.
    public var http2 = HTTP2()
    /// The value of the `server` header field, when there shall be one.
    public var serverName: String?
    /// How many connections the system keeps waiting to be accepted.
    public var backlog = 1024
    /// Whether other processes of the same user may listen on the address at the same time (`SO_REUSEPORT`).
    ///
    /// The kernel divides new connections among them. Has no effect on unix sockets and inherited sockets.
    public var reusePort = false
    /// The sockets that the process was started with; one with the server's address is used instead of binding it.
    public var inheritedSockets: InheritedSockets?

    /// Creates a configuration with the default limits.
    public init(address: ListenAddress) {
        self.address = address
    }

    /// Where the certificate and the key for TLS are.
    public struct TLS: Sendable {
        /// A version of the protocol.
        public enum Version: String, Sendable {
            /// TLS 1.2.
            case tls12 = "1.2"
            /// TLS 1.3.
            case tls13 = "1.3"
        }

        /// The file with the certificate chain in PEM form, the server's own certificate first.
        public var certificatePath: String
        /// The file with the private key in PEM form.
        public var privateKeyPath: String
        /// The lowest version that is spoken.
        public var minimumVersion = Version.tls12

        /// Creates the settings.
        public init(certificatePath: String, privateKeyPath: String) {
            self.certificatePath = certificatePath
            self.privateKeyPath = privateKeyPath
        }
    }

    /// Settings of HTTP/2.
    public struct HTTP2: Sendable {
        /// Whether HTTP/2 is offered on TLS connections (by ALPN).
        public var isEnabled = true
        /// Whether a plain connection may begin with the HTTP/2 preface (h2c with prior knowledge).
        public var allowsPriorKnowledge = false
        /// How many requests of one connection may be in progress.
        public var maxConcurrentStreams = 100

        /// Creates the default settings.
        public init() {}
    }
}
