import HTTPTypes
public import WorkflowCore

extension ReverseProxyModule {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject {
        /// The backends by their identifiers.
        public var backendServices = NamedEntries<BackendTargets>()
        /// The backends of paths.
        public var routes = NamedEntries<Located<String>>()
        /// The backend of all other paths.
        public var defaultBackend: Located<String>?
        /// The paths that several backends answer together.
        public var compositeRoutes = NamedEntries<CompositeRoute>()
        /// How long a backend may take until its response begins.
        public var requestTimeout: Duration = .seconds(10)
        /// How long the making of a connection may take.
        public var connectTimeout: Duration = .seconds(5)
        /// How long a backend may pause within a response.
        public var bodyTimeout: Duration = .seconds(60)
        /// How long connections to backends are kept without a request.
        public var idleTimeout: Duration = .seconds(30)
        /// How long an upgraded connection may be silent.
        public var tunnelIdleTimeout: Duration = .seconds(300)
        /// The protocols that connections may go over to.
        public var upgrades = ["websocket"]
        /// How many further attempts a request gets.
        public var retries = 1
        /// The fields of requests that are passed on; without it all.
        public var forwardHeaders: [String]?
        /// The field that tells the tenant.
        public var tenantIdHeader = ""
        /// Whether backends see the host that the client asked for.
        public var preserveHost = false
        /// Whether `X-Forwarded-Proto` and the like of requests are passed on.
        public var trustForwarded = false
        /// When requests are kept away from a target that fails.
        public var circuitBreaker = CircuitBreakerSettings()
        /// How it is found out which targets work.
        public var healthCheck = HealthCheckSettings()
        /// The certificates of authorities that backends with https may have.
        public var caFile = ConfigurationFilePath("")
        /// Whether responses are kept.
        public var cacheEnabled = false
        /// How long responses would be kept.
        public var cacheTTL: Duration?
        /// The router.
        public var router = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "backendServices", \.backendServices,
                "The backends by identifier: a URL such as http://127.0.0.1:9001, or several that take turns.",
                required: true, aliases: ["backend_services"]),
            .init(
                "routes", \.routes,
                "The backend of each path: a pattern as in http.router, or with /* at the end."
            ),
            .init(
                "defaultBackend", \.defaultBackend, "The backend of all other paths; without it they get 404.",
                aliases: ["default_backend"]),
            .init(
                "compositeRoutes", \.compositeRoutes, "Paths that several backends answer together.",
                aliases: ["composite_routes"]),
            .init(
                "requestTimeout", \.requestTimeout,
                "How long a backend may take until its response begins, and how long it may take nothing of a request.",
                aliases: ["request_timeout", "timeout"], check: timeProblem),
            .init(
                "connectTimeout", \.connectTimeout, "How long the making of a connection may take.",
                aliases: ["connect_timeout"], check: timeProblem),
            .init(
                "bodyTimeout", \.bodyTimeout, "How long a backend may pause within a response.",
                aliases: ["body_timeout"], check: timeProblem),
            .init(
                "idleTimeout", \.idleTimeout, "How long connections to backends are kept without a request.",
                aliases: ["idle_timeout"], check: timeProblem),
            .init(
                "tunnelIdleTimeout", \.tunnelIdleTimeout,
                "How long an upgraded connection, such as a WebSocket, may be silent.",
                aliases: ["tunnel_idle_timeout", "websocket_idle_timeout"], check: timeProblem),
            .init(
                "upgrades", \.upgrades,
                "The protocols of Upgrade that are passed on, in lower case; others are left out.",
                check: { $0.contains("h2c") ? "h2c would hide requests from routes and middlewares" : nil }),
            .init(
                "retries", \.retries,
                "How many further attempts GET, HEAD, OPTIONS, PUT and DELETE get when a connection fails.",
                schema: .integer(minimum: 0, maximum: 10)),
            .init(
                "forwardHeaders", \.forwardHeaders,
                "The header fields of requests that are passed on; without it, all but those for one connection only.",
                aliases: ["forward_headers"],
                check: { $0?.first { HTTPField.Name($0) == nil }.map { "\"\($0)\" is not the name of a header field" } }
            ),
            .init(
                "tenantIdHeader", \.tenantIdHeader,
                "The header field that tells the tenant; it is passed on even when forwardHeaders does not name it.",
                aliases: ["tenant_id_header", "tenantIDHeader"],
                check: {
                    $0.isEmpty || HTTPField.Name($0) != nil ? nil : "\"\($0)\" is not the name of a header field"
                }),
            .init(
                "preserveHost", \.preserveHost,
                "Whether backends see the host that the client asked for; otherwise Host is their own.",
                aliases: ["preserve_host"]),
            .init(
                "trustForwarded", \.trustForwarded,
                "Whether X-Forwarded-Proto, -Host and Forwarded are passed on; only behind a proxy that sets them.",
                aliases: ["trust_forwarded"]),
            .init(
                "circuitBreaker", \.circuitBreaker, "When requests are kept away from a target that fails.",
                aliases: ["circuit_breaker"]),
            .init(
                "healthCheck", \.healthCheck, "How it is found out which targets work.", aliases: ["health_check"]),
            .init(
                "caFile", \.caFile,
                "A PEM file with authorities for backends with https; otherwise those of the system.",
                aliases: ["ca_file"]),
            .init("cacheEnabled", \.cacheEnabled, "Must be false: responses are not kept.", aliases: ["cache_enabled"]),
            .init(
                "cacheTTL", \.cacheTTL, "Only read beside cacheEnabled: false.", aliases: ["cache_ttl", "cacheTtl"]),
            .init(
                "router", \.router, "The router that gets the routes of the proxy; needed when there are several.",
                reference: .httpRouter),
        ]

        /// Creates the value with all defaults.
        public init() {}

        static let timeProblem: @Sendable (Duration) -> String? = {
            $0 > .zero ? nil : "must be longer than zero"
        }
    }

    /// A path that several backends answer together.
    public struct CompositeRoute: ConfigurationObject {
        /// The path when it is not the key.
        public var pattern = ""
        /// The backends in order.
        public var backends: [Located<String>] = []
        /// How their answers become one.
        public var strategy = CompositeStrategy.firstSuccess.rawValue

        public static let fields: [ConfigurationField<Self>] = [
            .init("pattern", \.pattern, "The path; the key by default."),
            .init("backends", \.backends, "The backends, in order.", required: true),
            .init(
                "strategy", \.strategy,
                "first-success: the first good answer; merge: one JSON object; sequential: the last answer.",
                schema: .choice(CompositeStrategy.allCases.map(\.rawValue))),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }
}
