import Logging
public import WorkflowCore

/// `chimux.router`: an `http.router` with middlewares built in.
public struct ChimuxRouterModule: WorkflowModule {
    private let router: HTTPRouterModule
    private let configuration: Configuration
    private let context: ModuleContext

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        var routing = HTTPRouterModule.Configuration()
        routing.prefix = configuration.basePath
        routing.middlewares = configuration.middlewares
        router = try HTTPRouterModule(
            configuration: routing, builtIn: try Self.builtIn(configuration, context),
            requestTimeout: configuration.timeout, mayBeEmpty: true, context: context)
    }

    private static func builtIn(
        _ configuration: Configuration, _ context: ModuleContext
    ) throws -> [any HTTPMiddleware] {
        var middlewares: [any HTTPMiddleware] = []
        if configuration.middleware.requestId {
            middlewares.append(try RequestIDMiddleware(configuration: .init(), context: context))
        }
        if configuration.middleware.requestLog {
            middlewares.append(try LoggingMiddleware(configuration: .init(), context: context))
        }
        if configuration.cors.enabled {
            middlewares.append(try CORSMiddleware(configuration: configuration.policy, context: context))
        }
        return middlewares
    }

    public var services: [any Sendable] { [router] }

    public func validate() throws {
        try checkRealIP()
        try router.validate()
    }

    public func prepare() async throws {
        try await router.prepare()
    }

    public func activate() async throws {
        guard configuration.logRoutes else { return }
        for route in router.routes { context.logger.info("route", metadata: ["http.route": "\(route)"]) }
    }

    /// The servers find out whose request it is; what is said here must agree with them.
    private func checkRealIP() throws {
        guard let wanted = configuration.middleware.realIP else { return }
        let servers = context.generation.services.all(HTTPServerModule.self).filter {
            $0.service.leads(toRouter: router.name)
        }
        let trusting = servers.first { $0.service.trustsProxies }
        if wanted.value, trusting == nil {
            context.logger.notice(
                "realIP has no effect without trustedProxies of the server; clients are known by the address they come from"
            )
        } else if !wanted.value, let trusting {
            throw ConfigurationError([
                wanted.issue(
                    "realIP is false, but \"\(trusting.name)\" believes the proxies in its trustedProxies",
                    suggestion: "remove one of them")
            ])
        }
    }
}
