import HTTPTypes
public import WorkflowCore

/// `workflows.http`: the routes of an application.
public struct HTTPWorkflowModule: WorkflowModule, SummarizedModule {
    /// The keys of the section.
    public struct Configuration: ConfigurationObject {
        /// The router.
        public var router: Located<String>?
        /// The server.
        public var server: Located<String>?
        /// The routes.
        public var routes: [Route] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "router", \.router, "The router that the routes belong to; needed when there are several.",
                reference: .httpRouter),
            .init(
                "server", \.server, "The server that gives its requests to the router; needed when there are several.",
                reference: .httpServer),
            .init("routes", \.routes, "The routes.", required: true),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }

    /// One route.
    public struct Route: ConfigurationObject {
        /// The methods.
        public var method = RouteMethods()
        /// The path pattern.
        public var path: Located<String>?
        /// The module that answers.
        public var handler: Located<String>?
        /// The middlewares before it.
        public var middlewares: [Located<String>] = []
        /// What it is for.
        public var description = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "method", \.method, "The method, several as \"GET, POST\", or * for all.", required: true,
                aliases: ["methods"]),
            .init("path", \.path, "The path, such as /orders/{id}.", required: true),
            .init("handler", \.handler, "The module that answers.", required: true, reference: .httpHandler),
            .init(
                "middlewares", \.middlewares, "The middlewares before the handler, the first one first.",
                aliases: ["middleware"], reference: .httpMiddleware),
            .init(
                "description", \.description,
                "What the route is for, in Markdown; for people who read the description of the API."),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "http", section: .workflow, summary: "Leads paths to handlers, through middlewares.",
        details: """
            Each route has a method, a path and the module that answers; its middlewares run in the listed order. See \
            `http.router` for what a path may look like and which route wins.

            `router` and `server` may be left out when there is only one of each.
            """,
        examples: [
            .init(
                "Two routes",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: request-id
                        type: http.middleware.requestid
                      - name: rate-limiter
                        type: http.middleware.ratelimit
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        router: router
                        server: server
                        routes:
                          - method: GET
                            path: /hello/{name}
                            handler: hello
                            middlewares: [request-id, rate-limiter]
                          - {method: "POST, PUT", path: /hello, handler: hello}
                    """)
        ])

    /// What people are told about each route.
    public let summaryLines: [SummaryLine]
    private let server: Located<String>?
    private let location: SourceLocation
    private let composition: HTTPComposition
    /// What is wrong with single routes; told together with what the other routes lead to.
    private let issues: [ConfigurationIssue]

    public init(configuration: Configuration, context: ModuleContext) throws {
        server = configuration.server
        location = context.location
        composition = HTTPComposition.of(context)
        let router = try context.services.require(
            HTTPRouterModule.self, kind: .httpRouter, named: configuration.router?.value ?? "")
        composition.attach(router, server: configuration.server?.value ?? "")
        var issues: [ConfigurationIssue] = []
        var lines: [SummaryLine] = []
        for route in configuration.routes {
            do {
                for entry in try Self.entries(route, router: router, services: context.services) {
                    router.add(entry)
                    let middlewares = route.middlewares.map(\.value).joined(separator: ", ")
                    let note = middlewares.isEmpty ? "" : " [\(middlewares)]"
                    lines.append(SummaryLine("route", "\(entry.description) -> \(entry.handlerName)\(note)"))
                }
            } catch let error as ConfigurationError {
                issues += error.issues
            }
        }
        self.issues = issues
        summaryLines = lines
    }

    public func validate() throws {
        let found = issues + (serverIssue.map { [$0] } ?? [])
        if !found.isEmpty { throw ConfigurationError(found) }
    }

    private var serverIssue: ConfigurationIssue? {
        guard server == nil else { return nil }
        let servers = composition.unnamedTargets
        guard servers.count != 1, !(servers.isEmpty && !composition.servers.isEmpty) else { return nil }
        return ConfigurationIssue(
            location: location, path: "workflows.http",
            message: servers.isEmpty
                ? "there is no server for these routes"
                : "there are several servers and nothing says which one these routes belong to",
            suggestion: servers.isEmpty
                ? "add a module of type http.server"
                : "name one: server: \(servers[0]) (there are \(servers.joined(separator: ", ")))",
            absent: servers.isEmpty ? .module(name: "", kind: .httpServer) : nil)
    }

    private static func entries(
        _ route: Route, router: HTTPRouterModule, services: ServiceDirectory
    ) throws -> [RouterEntry] {
        guard let path = route.path, let name = route.handler else { return [] }
        let pattern: RoutePattern
        do {
            pattern = try router.pattern(of: path.value)
        } catch {
            throw ConfigurationError([path.issue(error.description)])
        }
        guard let handler = services.find((any HTTPHandler).self, named: name.value) else {
            throw ConfigurationError([
                name.issue(
                    "the module \"\(name.value)\" does not answer HTTP requests",
                    absent: .module(name: name.value, kind: .httpHandler))
            ])
        }
        let middlewares = try route.middlewares.map { name in
            guard let middleware = services.find((any HTTPMiddleware).self, named: name.value) else {
                throw ConfigurationError([
                    name.issue(
                        "the module \"\(name.value)\" is not an HTTP middleware",
                        absent: .module(name: name.value, kind: .httpMiddleware))
                ])
            }
            return middleware
        }
        return route.method.forTable.map { method in
            RouterEntry(
                method: method, pattern: pattern, handler: handler, middlewares: middlewares, handlerName: name.value,
                origin: "workflows.http", location: path.location, path: path.path, details: route.description)
        }
    }
}
