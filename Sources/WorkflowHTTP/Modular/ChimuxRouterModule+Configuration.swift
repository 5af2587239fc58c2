public import WorkflowCore

extension ChimuxRouterModule {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject, CORSKeys {
        public var allowedOrigins: [String]?
        public var allowedMethods: [String]?
        public var allowedHeaders: [String]?
        public var allowCredentials: Bool?
        public var maxAge: Duration?
        /// The policy, for files that give it apart.
        public var cors = CORSSettings()
        /// How long a handler may take.
        public var timeout: Duration = .seconds(60)
        /// Put before the paths of routes and triggers.
        public var basePath = ""
        /// Which of the built-in middlewares are used.
        public var middleware = BuiltInMiddleware()
        /// Middlewares behind the built-in ones.
        public var middlewares: [String] = []
        /// Whether the routes are written to the log.
        public var logRoutes = false

        public static let fields: [ConfigurationField<Self>] =
            corsFields + [
                .init("cors", \.cors, "The CORS policy, instead of the keys beside it or together with them."),
                .init(
                    "timeout", \.timeout,
                    "How long a handler may take, with what it streams; then the client gets 503. A requestTimeout of the server goes before it.",
                    check: { $0 > .zero ? nil : "must be longer than zero" }),
                .init(
                    "basePath", \.basePath,
                    "Put before the path of every route and trigger of the configuration, such as /api/v1.",
                    aliases: ["basepath", "base_path", "prefix"]),
                .init("middleware", \.middleware, "Which of the built-in middlewares are used."),
                .init(
                    "middlewares", \.middlewares,
                    "Modules that stand behind the built-in middlewares, in front of every request.",
                    reference: .httpMiddleware),
                .init(
                    "logRoutes", \.logRoutes, "Whether the routes are written to the log at the start.",
                    aliases: ["log_routes"]),
            ]

        /// Creates the value with all defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            for name in Self.corsFields.map(\.schema.name) {
                guard let nested = Self.corsNode(name, in: node["cors"]), Self.corsNode(name, in: node) != nil else {
                    continue
                }
                decoder.fail(
                    nested, "\"\(name)\" is given here and beside \"cors\"", suggestion: "keep one of them")
            }
            let policy = policy
            guard cors.enabled, policy.allowCredentials, policy.allowedOrigins.contains("*") else { return }
            let place =
                Self.corsNode("allowCredentials", in: node["cors"]) ?? Self.corsNode("allowCredentials", in: node)
            decoder.fail(
                place ?? node, CORSMiddleware.Configuration.openCredentials,
                suggestion: CORSMiddleware.Configuration.namedOrigins)
        }

        /// The CORS policy, from both places.
        var policy: CORSMiddleware.Configuration {
            var policy = CORSMiddleware.Configuration()
            policy.allowedOrigins = cors.allowedOrigins ?? allowedOrigins ?? policy.allowedOrigins
            policy.allowedMethods = cors.allowedMethods ?? allowedMethods ?? policy.allowedMethods
            policy.allowedHeaders =
                cors.allowedHeaders ?? allowedHeaders ?? [
                    "Accept", "Authorization", "Content-Type", "X-Requested-With",
                ]
            policy.allowCredentials = cors.allowCredentials ?? allowCredentials ?? false
            policy.maxAge = cors.maxAge ?? maxAge ?? policy.maxAge
            return policy
        }
    }

    /// A CORS policy.
    public struct CORSSettings: ConfigurationObject, CORSKeys {
        /// Whether there is one.
        public var enabled = true
        public var allowedOrigins: [String]?
        public var allowedMethods: [String]?
        public var allowedHeaders: [String]?
        public var allowCredentials: Bool?
        public var maxAge: Duration?

        public static let fields: [ConfigurationField<Self>] =
            [.init("enabled", \.enabled, "Whether pages of other origins may use the application at all.")] + corsFields

        /// Creates the value with all defaults.
        public init() {}
    }

    /// Which of the built-in middlewares are used.
    public struct BuiltInMiddleware: ConfigurationObject {
        /// Whether requests get an identifier.
        public var requestId = true
        /// Whether clients behind proxies are known by their own address.
        public var realIP: Located<Bool>?
        /// Whether requests are written to the log.
        public var requestLog = true

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "requestId", \.requestId, "Whether every request gets an identifier (X-Request-ID).",
                aliases: ["request_id", "requestID"]),
            .init(
                "realIP", \.realIP,
                "Whether clients behind the proxies that trustedProxies of the server names are known by their own address.",
                aliases: ["real_ip", "realIp"]),
            .init(
                "requestLog", \.requestLog, "Whether one line for each request is written to the log.",
                aliases: ["request_log", "logger", "log"]),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }
}
