public import WorkflowCore

extension HTTPServerModule {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject {
        /// Where to listen.
        public var address: Located<String>?
        /// The host, for files that give it apart from the port.
        public var host = ""
        /// The port, for files that give it apart from the host.
        public var port: Int?
        /// The router.
        public var router = ""
        /// How long a request may take to arrive.
        public var readTimeout: Duration = .seconds(15)
        /// How long a client may refuse to take a response.
        public var writeTimeout: Duration = .seconds(15)
        /// How long a connection may stay open without a request.
        public var idleTimeout: Duration = .seconds(60)
        /// How long a handler may take.
        public var requestTimeout: Duration?
        /// How long requests in progress may take at the end.
        public var shutdownTimeout: Duration = .seconds(30)
        /// The greatest size of a request body.
        public var maxBodyBytes = ByteSize(bytes: 1 << 20)
        /// The greatest size of a request's header.
        public var maxHeaderBytes = ByteSize(bytes: 16 << 10)
        /// How many connections may be open.
        public var maxConnections = 16_384
        /// How many connections one address may have open; 0 for as many as it likes.
        public var maxConnectionsPerAddress = 1024
        /// Proxies whose `X-Forwarded-For` is believed.
        public var trustedProxies: [String] = []
        /// Whether HTTP/2 is offered on TLS connections.
        public var http2 = true
        /// Certificate and key.
        public var tls: TLS?
        /// Whether other processes may listen on the same address.
        public var reusePort = false
        /// Whether every request gets an identifier.
        public var requestId = false
        /// Whether answers tell how long they took.
        public var serverTiming = false

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "address", \.address,
                "Where to listen: host:port, :port (the default is :8080), [ipv6]:port or unix:/path.",
                check: { $0.flatMap { addressProblem($0.value) } }),
            .init("host", \.host, "The host, for files that give it apart from the port."),
            .init(
                "port", \.port, "The port, for files that give it apart from the host.",
                schema: .integer(minimum: 0, maximum: 65_535)),
            .init(
                "router", \.router, "The router that gets the requests; otherwise workflows.http gives it one.",
                reference: .httpRouter),
            .init(
                "readTimeout", \.readTimeout, "How long a request may take to arrive.",
                aliases: ["read_timeout", "readTimeoutSeconds"], check: timeProblem),
            .init(
                "writeTimeout", \.writeTimeout,
                "How long a client may take for 64 KiB of a response, or for what is left of it.",
                aliases: ["write_timeout", "writeTimeoutSeconds"], check: timeProblem),
            .init(
                "idleTimeout", \.idleTimeout, "How long a connection may stay open without a request.",
                aliases: ["idle_timeout", "idleTimeoutSeconds"], check: timeProblem),
            .init(
                "requestTimeout", \.requestTimeout,
                "How long a handler may take; after that the client gets 503. Without it, as long as it wants.",
                aliases: ["request_timeout"], check: { $0.flatMap(timeProblem) }),
            .init(
                "shutdownTimeout", \.shutdownTimeout, "How long requests in progress may take when the server stops.",
                aliases: ["shutdown_timeout", "shutdownTimeoutSeconds"]),
            .init(
                "maxBodyBytes", \.maxBodyBytes, "The greatest size of a request body, such as 1MB.",
                aliases: ["max_body_bytes", "maxBodySize"]),
            .init(
                "maxHeaderBytes", \.maxHeaderBytes, "The greatest size of the request line and the header together.",
                aliases: ["max_header_bytes"],
                check: { (1024...(1 << 20)).contains($0.bytes) ? nil : "must be between 1KB and 1MB" }),
            .init(
                "maxConnections", \.maxConnections,
                "How many connections may be open at a time, as far as the system's limit of open files allows.",
                aliases: ["max_connections"], schema: .integer(minimum: 1, maximum: 1_000_000)),
            .init(
                "maxConnectionsPerAddress", \.maxConnectionsPerAddress,
                "How many of them one address may have, for IPv6 one /64 network; 0 for no limit. Not for trusted proxies.",
                aliases: ["max_connections_per_address"], schema: .integer(minimum: 0, maximum: 1_000_000)),
            .init(
                "trustedProxies", \.trustedProxies,
                "Proxies whose X-Forwarded-For tells the client's address: addresses, blocks (10.0.0.0/8), unix for a socket.",
                aliases: ["trusted_proxies"], check: TrustedProxies.problem),
            .init(
                "reusePort", \.reusePort,
                "Whether other processes of the same user may listen on the same address at a time (SO_REUSEPORT).",
                aliases: ["reuse_port"]),
            .init("http2", \.http2, "Whether HTTP/2 is offered on TLS connections."),
            .init("tls", \.tls, "Certificate and key; without them the server speaks plain HTTP."),
            .init(
                "requestId", \.requestId,
                "Whether every request gets an identifier (X-Request-ID), as http.middleware.requestid does for routes."
            ),
            .init(
                "serverTiming", \.serverTiming, "Whether answers tell in Server-Timing how long the handler took."),
        ]

        /// Creates the value with all defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            if reusePort, let flag = node["reusePort"] ?? node["reuse_port"], address?.value.hasPrefix("unix:") == true
            {
                decoder.fail(
                    flag, "unix sockets cannot be shared by reusePort", suggestion: "remove it, or listen on a port")
            }
            guard let address, !host.isEmpty || port != nil else { return }
            decoder.fail(
                node["port"] ?? node["host"] ?? node, "\"address\" (\(address.value)) has host and port already",
                suggestion: "keep address and remove the others")
        }

        private static func addressProblem(_ text: String) -> String? {
            do {
                _ = try ListenAddress(text)
                return nil
            } catch {
                return "\(error)"
            }
        }

        private static let timeProblem: @Sendable (Duration) -> String? = {
            $0 > .zero ? nil : "must be longer than zero"
        }
    }

    /// Certificate and key of a server.
    public struct TLS: ConfigurationObject {
        /// Whether the server speaks TLS.
        public var enabled = true
        /// The file with the certificate chain.
        public var certificate: ConfigurationFilePath?
        /// The file with the private key.
        public var key: ConfigurationFilePath?
        /// The lowest version of TLS that is spoken.
        public var minVersion = HTTPServerConfiguration.TLS.Version.tls12.rawValue

        public static let fields: [ConfigurationField<Self>] = [
            .init("enabled", \.enabled, "Whether the server speaks TLS; with false the other keys have no effect."),
            .init(
                "certificate", \.certificate,
                "The file with the certificate chain in PEM form, its own certificate first; needed for TLS.",
                aliases: ["cert", "certFile", "cert_file"]),
            .init(
                "key", \.key, "The file with the private key in PEM form; needed for TLS.",
                aliases: ["keyFile", "key_file"]),
            .init(
                "minVersion", \.minVersion, "The lowest version of TLS that is spoken.", aliases: ["min_version"],
                schema: .choice(["1.2", "1.3"])),
        ]

        /// Creates the value with all defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard enabled else { return }
            for (name, file) in [("certificate", certificate), ("key", key)] where file == nil {
                decoder.fail(
                    node, "missing key \"\(name)\"",
                    suggestion: "tls needs certificate and key; enabled: false turns it off")
            }
        }
    }
}

extension HTTPServerModule.Configuration {
    /// Where the address stands, when it does.
    var place: (location: SourceLocation, path: String)? {
        address.map { ($0.location, $0.path) }
    }

    /// The settings as the server takes them.
    func serverConfiguration() throws(ListenAddressError) -> HTTPServerConfiguration {
        let isIPv6 = host.contains(":") && !host.hasPrefix("[")
        let listenAddress = try ListenAddress(address?.value ?? "\(isIPv6 ? "[\(host)]" : host):\(port ?? 8080)")
        var settings = HTTPServerConfiguration(address: listenAddress)
        settings.readTimeout = readTimeout
        settings.writeTimeout = writeTimeout
        settings.idleTimeout = idleTimeout
        settings.handlerTimeout = requestTimeout
        settings.maxBodyBytes = maxBodyBytes.bytes
        settings.maxHeaderBytes = maxHeaderBytes.bytes
        settings.maxConnections = maxConnections
        settings.maxConnectionsPerAddress = maxConnectionsPerAddress == 0 ? nil : maxConnectionsPerAddress
        settings.trustedProxies = trustedProxies
        settings.reusePort = reusePort
        settings.http2.isEnabled = http2
        if let tls, tls.enabled, let certificate = tls.certificate, let key = tls.key {
            var secured = HTTPServerConfiguration.TLS(
                certificatePath: certificate.resolved, privateKeyPath: key.resolved)
            secured.minimumVersion = .init(rawValue: tls.minVersion) ?? .tls12
            settings.tls = secured
        }
        return settings
    }
}

extension ListenAddress {
    /// The port; `nil` for a unix socket.
    var port: Int? {
        if case .tcp(_, let port) = endpoint { port } else { nil }
    }
}
