import HTTPTypes
import NIOCore
import NIOSSL
import WorkflowCore

/// What a proxy is made of, as its configuration says.
struct ProxyParts {
    /// A path, who answers it, and how that is told to people.
    struct Path {
        let pattern: RoutePattern
        let handler: any HTTPHandler
        let target: String
    }

    private(set) var backends: [ProxyBackend] = []
    private(set) var paths: [Path] = []
    private let forwarder: ProxyForwarder

    init(_ configuration: ReverseProxyModule.Configuration, _ context: ModuleContext, tunnels: ProxyTunnels) throws {
        forwarder = Self.forwarder(configuration, context)
        backends = try Self.backends(configuration, context)
        var also: [Path] = []
        for entry in configuration.pathEntries {
            let (main, extra) = try ProxyPattern.expand(entry.pattern)
            let chosen = entry.backends.compactMap { name in backends.first { $0.name == name.value } }
            let handler: any HTTPHandler
            if let strategy = entry.strategy {
                handler = CompositeHandler(strategy: strategy, backends: chosen, forwarder: forwarder)
            } else if let backend = chosen.first {
                handler = BackendHandler(
                    backend: backend, forwarder: forwarder, tunnels: tunnels,
                    tunnelIdleTimeout: configuration.tunnelIdleTimeout, upgrades: configuration.upgrades)
            } else {
                continue
            }
            let target = chosen.map(\.name).joined(separator: " + ")
            paths.append(Path(pattern: main, handler: handler, target: target))
            if let extra { also.append(Path(pattern: extra, handler: handler, target: target)) }
        }
        if let name = configuration.defaultBackend?.value, let backend = backends.first(where: { $0.name == name }) {
            let handler = BackendHandler(
                backend: backend, forwarder: forwarder, tunnels: tunnels,
                tunnelIdleTimeout: configuration.tunnelIdleTimeout, upgrades: configuration.upgrades)
            also.append(Path(pattern: try RoutePattern("/{path...}"), handler: handler, target: name))
        }
        // An own entry goes before what another one covers besides.
        for path in also where !paths.contains(where: { $0.pattern.relation(to: path.pattern) == .equivalent }) {
            paths.append(path)
        }
    }

    /// Leads each request to its backend.
    func makeTable() throws -> RouteTable {
        var builder = RouteTableBuilder()
        for path in paths {
            try builder.add(method: nil, pattern: path.pattern.description, handler: path.handler)
        }
        return builder.build()
    }

    var summaryLines: [SummaryLine] {
        paths.map { SummaryLine("proxy", "\($0.pattern) -> \($0.target)") }
    }

    private static func forwarder(
        _ configuration: ReverseProxyModule.Configuration, _ context: ModuleContext
    ) -> ProxyForwarder {
        var headers = ProxyHeaders()
        headers.preservesHost = configuration.preserveHost
        headers.trustsForwarded = configuration.trustForwarded
        if let allowed = configuration.forwardHeaders {
            headers.allowed = Set((allowed + [configuration.tenantIdHeader]).map { $0.lowercased() })
        }
        return ProxyForwarder(
            headers: headers,
            timeouts: UpstreamRequest.Timeouts(
                response: TimeAmount(configuration.requestTimeout), body: TimeAmount(configuration.bodyTimeout)),
            retries: configuration.retries, clock: context.clock, logger: context.logger,
            answering: context.environment.outboundHTTP)
    }

    private static func backends(
        _ configuration: ReverseProxyModule.Configuration, _ context: ModuleContext
    ) throws -> [ProxyBackend] {
        let isSecure = configuration.backendServices.entries.contains { $0.value.urls.contains(where: \.isSecure) }
        let settings = UpstreamPool.Settings(
            connectTimeout: TimeAmount(configuration.connectTimeout),
            idleTimeout: TimeAmount(configuration.idleTimeout),
            tls: isSecure ? try tls(configuration, context) : nil, outbound: context.environment.outboundPolicy)
        let metrics = ProxyMetrics(context.environment.metrics.registry)
        let breaker = configuration.circuitBreaker
        return configuration.backendServices.entries.map { entry in
            let series = metrics.series(of: entry.name)
            let targets = entry.value.urls.map { url in
                ProxyTarget(
                    pool: UpstreamPool(url: url, settings: settings),
                    breaker: breaker.enabled
                        ? CircuitBreaker(
                            failureThreshold: breaker.failureThreshold, openTimeout: breaker.openTimeout,
                            successThreshold: breaker.successThreshold) : nil,
                    series: series)
            }
            return ProxyBackend(name: entry.name, targets: targets, series: series)
        }
    }

    private static func tls(
        _ configuration: ReverseProxyModule.Configuration, _ context: ModuleContext
    ) throws -> NIOSSLContext {
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.applicationProtocols = ["http/1.1"]
        if !configuration.caFile.written.isEmpty { settings.trustRoots = .file(configuration.caFile.resolved) }
        do {
            return try NIOSSLContext(configuration: settings)
        } catch {
            throw context.error(
                "the certificates of authorities cannot be used: \(error)", suggestion: "caFile must be a PEM file")
        }
    }
}
