public import HTTPTypes
import Logging
import Synchronization
public import WorkflowCore

/// `http.router`: leads each request to its handler.
public final class HTTPRouterModule: WorkflowModule, HTTPRouteCollector {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject {
        /// Put before the paths of routes and triggers.
        public var prefix = ""
        /// Middlewares before everything.
        public var middlewares: [String] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "prefix", \.prefix,
                "Put before the path of every route and trigger of the configuration, such as /api/v1.",
                aliases: ["basepath", "basePath"]),
            .init(
                "middlewares", \.middlewares,
                "Middlewares in front of every request that reaches the router, also of those that no route matches.",
                reference: .httpMiddleware),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "http.router", summary: "Leads each request to its handler by method and path.",
        details: """
            The routes come from `workflows.http`, from `triggers.http`, and from modules that bring their own, such as \
            `static.fileserver`; a route of the configuration goes before one that a module brings.

            In a path `{id}` or `:id` stands for one segment, `{path...}` for the rest; a final `/` stands for \
            everything below, `/{$}` for exactly that path. The most specific path wins. GET answers HEAD too. A path that \
            only other methods have is answered with 405 and `Allow`, OPTIONS with 204 and `Allow`, anything unknown with \
            404 and a JSON problem document. Two routes that match the same requests are an error when the application \
            starts.

            `prefix` is put before the paths that stand in the configuration; modules that bring their own routes keep \
            their paths.
            """,
        provides: [.httpRouter],
        examples: [
            .init(
                "Routes below a prefix",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                        config: {prefix: /api/v1}
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: GET, path: "/hello/{name}", handler: hello}
                    """)
        ])

    private struct State {
        var routes: [RouterEntry] = []
        var triggers: [RouterTrigger] = []
        /// Those whose routes are here.
        var listeners: Set<ObjectIdentifier> = []
        var table: RouteTable?
    }

    /// The name of the module.
    public let name: String
    /// How long handlers may take when the server does not say; `nil` for as long as they want.
    let requestTimeout: Duration?
    /// Whether a server may stand before it although it has no routes, and answers everything with 404.
    let mayBeEmpty: Bool
    private let prefix: String
    let middlewares: [any HTTPMiddleware]
    private let logger: Logger
    private let location: SourceLocation
    private let state = Mutex(State())

    public convenience init(configuration: Configuration, context: ModuleContext) throws {
        try self.init(configuration: configuration, builtIn: [], context: context)
    }

    /// Creates a router with middlewares that are no modules.
    ///
    /// - Parameters:
    ///   - configuration: The keys.
    ///   - builtIn: Stand before the middlewares of the configuration.
    ///   - requestTimeout: How long handlers may take when the server does not say.
    ///   - mayBeEmpty: Whether a server may stand before it although it has no routes.
    ///   - context: What the engine gives.
    /// - Throws: ``ConfigurationError`` when the prefix is not usable.
    init(
        configuration: Configuration, builtIn: [any HTTPMiddleware], requestTimeout: Duration? = nil,
        mayBeEmpty: Bool = false, context: ModuleContext
    ) throws {
        name = context.name
        logger = context.logger
        location = context.location
        self.requestTimeout = requestTimeout
        self.mayBeEmpty = mayBeEmpty
        let trimmed = configuration.prefix.drop { $0 == "/" }
        prefix = trimmed.isEmpty ? "" : "/" + (trimmed.hasSuffix("/") ? trimmed.dropLast() : trimmed)
        middlewares =
            try builtIn
            + configuration.middlewares.map {
                try context.services.require((any HTTPMiddleware).self, kind: .httpMiddleware, named: $0)
            }
        if !prefix.isEmpty {
            do {
                _ = try RoutePattern(prefix)
            } catch {
                throw context.error("the prefix is not usable: \(error.reason)")
            }
        }
    }

    public func addRoute(
        _ method: HTTPRequest.Method?, _ pattern: String, handler: any HTTPHandler, origin: String, isFallback: Bool
    ) throws {
        let parsed: RoutePattern
        do {
            parsed = try RoutePattern(pattern)
        } catch {
            throw WorkflowError(.invalidInput, "\(error)")
        }
        let entry = RouterEntry(
            method: method, pattern: parsed, handler: handler, handlerName: origin, origin: origin,
            isFallback: isFallback)
        try state.withLock { state in
            let other = state.routes.first {
                !isFallback && !$0.isFallback && $0.method == method && $0.pattern.relation(to: parsed) == .equivalent
            }
            if let other {
                throw WorkflowError(.conflict, "\(entry.description) is routed twice; the other one is \(other.place).")
            }
            state.routes.append(entry)
        }
    }

    /// The pattern of a path of the configuration, with the prefix.
    func pattern(of path: String) throws(RouteError) -> RoutePattern {
        try RoutePattern(prefix + path)
    }

    func add(_ route: RouterEntry) {
        state.withLock { $0.routes.append(route) }
    }

    /// Adds the routes of a listener whose address a server of the router has; once, however many servers that are.
    func add(routesOf listener: RouteListener, _ routes: [RouterEntry]) {
        state.withLock { state in
            guard state.listeners.insert(ObjectIdentifier(listener)).inserted else { return }
            state.routes += routes
        }
    }

    func add(_ trigger: RouterTrigger) {
        state.withLock { $0.triggers.append(trigger) }
    }

    /// Whether anything has been added.
    var hasRoutes: Bool {
        state.withLock { !$0.routes.isEmpty || !$0.triggers.isEmpty }
    }

    /// The routes, once the table is made.
    public var routes: [Route] {
        state.withLock { $0.table?.routes ?? [] }
    }

    /// Answers requests by the table.
    ///
    /// - Throws: ``WorkflowError`` `.internal` before ``prepare()``.
    func responder() throws -> any HTTPHandler {
        guard let table = state.withLock({ $0.table }) else {
            throw WorkflowError(.internal, "The router \"\(name)\" has no routes yet.")
        }
        return RouteChain(logger: logger).handlerWithPreflight(table, behind: middlewares)
    }

    public func validate() throws {
        _ = try compile()
    }

    public func prepare() async throws {
        let table = try compile()
        state.withLock { $0.table = table }
    }

    /// The routes as they are in the table, with their handlers.
    ///
    /// - Throws: ``ConfigurationError`` when routes contradict each other.
    func compiledEntries() throws -> [RouterEntry] {
        let (routes, triggers) = state.withLock { ($0.routes, $0.triggers) }
        var compiler = RouterCompiler(logger: logger, location: location)
        _ = try compiler.compile(routes, triggers)
        return compiler.entries
    }

    private func compile() throws -> RouteTable {
        let (routes, triggers) = state.withLock { ($0.routes, $0.triggers) }
        var compiler = RouterCompiler(logger: logger, location: location)
        return try compiler.compile(routes, triggers)
    }
}
