import HTTPTypes
import Logging
public import WorkflowCore

/// `http.server`: listens for HTTP requests.
public final class HTTPServerModule: FileReadingModule, SummarizedModule, HTTPListening {
    public static let descriptor = ModuleDescriptor(
        type: "http.server", summary: "Listens for HTTP requests and gives them to a router.",
        details: """
            Speaks HTTP/1.1 and, with `tls`, HTTP/2. `workflows.http` gives it its router, or its own key `router` does; \
            when there is one server and one router they belong together.

            Every limit can be set: sizes of header and body, the time a request may take to arrive, the time its answer \
            may take, the number of connections, altogether and from one address. What breaks one is answered with 408, \
            413, 431 or 503. There are never more connections than the system allows open files (`ulimit -n`), which is \
            raised as far as possible; when they run short, those that have been idle for longest are closed.

            Behind a proxy, name it in `trustedProxies`, or everything that tells clients apart by their address takes \
            all of them for one: rate limits, the limits of the auth module, the access log.

            When the configuration is reloaded the socket stays open and no request is lost: requests in progress end \
            with the old modules, new ones begin with the new modules. Limits, times, `trustedProxies`, `http2` and `tls` \
            may change; they count for connections that are accepted from then on, and open connections keep those that \
            they began with. Only `reusePort` cannot change while the address stays. A certificate that was renewed under \
            the same name is read by a reload. At the end of the program the server takes nothing new and lets requests \
            in progress finish for `shutdownTimeout`.

            Two servers on the same port, or on a port of all addresses and of one of them, are an error before anything \
            is started. Port 0 lets the system choose.
            """,
        provides: [.httpServer], requires: [.init(.httpRouter, optional: true)], isIngress: true,
        examples: [
            .init(
                "A server with limits",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config:
                          address: "127.0.0.1:8080"
                          readTimeout: 10s
                          maxBodyBytes: 2MB
                          requestId: true
                      - name: router
                        type: http.router
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: GET, path: /hello, handler: hello}
                    """)
        ])

    /// The name of the module.
    public let name: String
    private let configuration: Configuration
    let settings: HTTPServerConfiguration
    private let context: ModuleContext
    private let composition: HTTPComposition
    private let ownRouter: HTTPRouterModule?
    private let listener: GenerationListener

    public init(configuration: Configuration, context: ModuleContext) throws {
        name = context.name
        self.configuration = configuration
        self.context = context
        do {
            settings = try configuration.serverConfiguration()
        } catch {
            throw context.error("\(error)")
        }
        composition = HTTPComposition.of(context)
        listener = GenerationListener(context: context)
        ownRouter =
            configuration.router.isEmpty
            ? nil : try context.services.require(HTTPRouterModule.self, kind: .httpRouter, named: configuration.router)
        let server = HTTPComposition.Server(name: name, address: settings.address, hasRouter: ownRouter != nil)
        if let other = composition.add(server) { throw clash(with: other.name, address: "\(other.address)") }
        let port = settings.address.port ?? -1
        if port != 0, let other = context.generation.claim("listener \(settings.address)", owner: name) {
            throw clash(with: other, address: "\(settings.address)")
        }
        for listener in composition.listeners(overlapping: settings.address) { listener.giveWay(to: supposedRouter) }
        context.generation.addHealthCheck(
            "\(name) listener",
            ClosureHealthCheck { [weak self] in
                guard self?.localAddress == nil else { return }
                throw WorkflowError(.unavailable, "The listener is not open.")
            })
    }

    /// The address that the server listens on, with the port that the system chose; `nil` while it does not listen.
    public var localAddress: ListenAddress? { listener.localAddress }

    /// The port that the server listens on; `nil` while it does not listen and for unix sockets.
    public var port: Int? { listener.port }

    public var summaryLines: [SummaryLine] { listener.summaryLines(name, isSecure: settings.tls != nil) }

    public var configuredPort: Int? { settings.address.port }

    public func leads(toRouter name: String) -> Bool {
        do {
            return try router().name == name
        } catch {
            // What is wrong with the router is for `validate` to tell.
            return false
        }
    }

    /// Whether the files of certificate and key still hold what was read from them.
    public var isCurrent: Bool { listener.isCurrent }

    public func validate() throws {
        _ = try router()
    }

    public func prepare() async throws {
        var settings = settings
        settings.handlerTimeout = try configuration.requestTimeout ?? router().requestTimeout
        try await listener.open(settings, owner: name)
    }

    public func activate() async throws {
        var added: [any HTTPMiddleware] = []
        if configuration.serverTiming { added.append(ServerTimingMiddleware()) }
        if configuration.requestId {
            added.append(
                RequestIDMiddleware(
                    header: "X-Request-ID", trustsIncoming: true, identifiers: context.environment.identifiers))
        }
        listener.activate(RouteChain(logger: context.logger).handler(try router().responder(), behind: added))
    }

    /// All servers take nothing new from here on, so that their times to finish run at once.
    public func quiesce() async {
        await listener.quiesce()
    }

    public func shutdown() async {
        await listener.close(within: configuration.shutdownTimeout)
    }

    /// Whether `X-Forwarded-For` of some proxies is believed.
    var trustsProxies: Bool { !configuration.trustedProxies.isEmpty }

    private func router() throws -> HTTPRouterModule {
        if let router = ownRouter ?? composition.router(ofServer: name) { return router }
        let all = context.services.all(HTTPRouterModule.self).map(\.service)
        let serving = all.filter(\.hasRoutes)
        let routers = serving.isEmpty ? all.filter(\.mayBeEmpty) : serving
        if routers.count == 1, let router = routers.first { return router }
        throw context.error(
            routers.isEmpty
                ? "the server has nothing to serve: no router with routes belongs to it"
                : "there are several routers and nothing says which one belongs to this server",
            suggestion: routers.isEmpty
                ? "add a module of type http.router, and routes in workflows.http"
                : "name one: router: \(routers[0].name)",
            absent: routers.isEmpty ? .anything : nil)
    }

    /// The router as far as it is known before all routes are.
    private var supposedRouter: HTTPRouterModule? {
        if let router = ownRouter ?? composition.router(ofServer: name) { return router }
        let routers = context.services.all(HTTPRouterModule.self).map(\.service)
        let candidates = routers.count == 1 ? routers : routers.filter(\.hasRoutes)
        return candidates.count == 1 ? candidates[0] : nil
    }

    private func clash(with other: String, address: String) -> ConfigurationError {
        let place = configuration.place ?? (context.location, context.name)
        let same = "\(settings.address)" == address
        return ConfigurationError([
            ConfigurationIssue(
                location: place.location, path: place.path,
                message: "\"\(name)\" cannot listen on \(settings.address): "
                    + (same ? "\"\(other)\" listens there already" : "it overlaps with \(address) of \"\(other)\""),
                suggestion: "give one of them another port")
        ])
    }
}
