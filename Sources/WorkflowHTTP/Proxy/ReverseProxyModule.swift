import HTTPTypes
import NIOCore
import NIOSSL
public import WorkflowCore

/// `http.proxy`, `reverseproxy`: passes requests on to other servers.
public final class ReverseProxyModule: CarriedModule, SelfRoutingHandler, SummarizedModule {
    /// What people are told about each path.
    public let summaryLines: [SummaryLine]
    private let backends: [ProxyBackend]
    private let table: RouteTable
    private let tunnels = ProxyTunnels()
    private let monitor: ProxyHealthMonitor?
    private let parts: ProxyParts
    private let router: String
    private let context: ModuleContext

    public init(configuration: Configuration, context: ModuleContext) throws {
        parts = try ProxyParts(configuration, context, tunnels: tunnels)
        router = configuration.router
        self.context = context
        backends = parts.backends
        table = try parts.makeTable()
        summaryLines = parts.summaryLines
        // What answers in place of the network is always there.
        monitor =
            configuration.healthCheck.enabled && context.environment.outboundHTTP == nil
            ? ProxyHealthMonitor(
                settings: configuration.healthCheck, backends: parts.backends, clock: context.clock,
                logger: context.logger) : nil
    }

    /// Without a route of the configuration that leads here, the proxy brings those of its own.
    public func join(_ generation: GenerationContext) throws {
        generation.addHealthCheck(
            "\(context.name) backends", ProxyHealthCheck { [weak self] in self?.backends ?? [] })
        let routers = generation.services.all((any HTTPRouteCollector).self)
        guard !routers.isEmpty, !parts.paths.isEmpty else { return }
        let collector: any HTTPRouteCollector
        do {
            collector = try generation.services.require(
                (any HTTPRouteCollector).self, kind: .httpRouter, named: router)
        } catch {
            throw context.error(
                "\(error)", suggestion: "say which one leads to the proxy: router: \(routers[0].name)")
        }
        for path in parts.paths {
            try collector.addRoute(
                nil, path.pattern.description, handler: path.handler, origin: context.name, isFallback: true)
        }
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await table.handle(request)
    }

    public func run() async throws {
        await monitor?.run()
    }

    public func quiesce() async {
        tunnels.close()
    }

    public func shutdown() async {
        tunnels.close()
        for backend in backends {
            for target in backend.targets { target.close() }
        }
    }
}

/// Answers with one backend.
struct BackendHandler: HTTPHandler, SelfRoutingHandler {
    let backend: ProxyBackend
    let forwarder: ProxyForwarder
    let tunnels: ProxyTunnels
    let tunnelIdleTimeout: Duration
    /// The protocols that connections may go over to, in lower case.
    let upgrades: [String]

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        guard let upgrade = ConnectionUpgrade.current, let name = request.headers[.upgrade]?.lowercased(),
            upgrades.contains(name)
        else {
            return try await forwarder.forward(request, to: backend)
        }
        return try await forwarder.forward(
            request, upgrade: upgrade, to: name, of: backend, tunnels: tunnels, idleTimeout: tunnelIdleTimeout)
    }
}
