import HTTPTypes
public import WorkflowCore

/// `static.fileserver`: serves the files of a directory.
public struct StaticFileServerModule: WorkflowModule, SelfRoutingHandler {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject {
        /// The directory.
        public var root: Located<ConfigurationFilePath>?
        /// The beginning of the paths that lead to it.
        public var prefix = "/"
        /// Whether unknown pages get the index file.
        public var spaFallback = true
        /// How long clients may keep a file.
        public var cacheMaxAge: Duration = .seconds(3600)
        /// The file that stands for its directory.
        public var index = "index.html"
        /// Paths without the fallback.
        public var exclude = ["/api/"]
        /// The router.
        public var router = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "root", \.root, "The directory whose files are served, relative to the configuration.", required: true),
            .init(
                "prefix", \.prefix, "The beginning of the paths that lead to it, with or without a final slash.",
                check: { $0.contains("{") ? "must be a plain path" : nil }),
            .init(
                "spaFallback", \.spaFallback,
                "Whether a page that is not there is answered with the index file, for single-page applications.",
                aliases: ["spa_fallback"]),
            .init(
                "cacheMaxAge", \.cacheMaxAge,
                "How long clients may keep a file without asking again; pages are always asked for again.",
                aliases: ["cache_max_age"]),
            .init(
                "index", \.index, "The file that stands for its directory.",
                check: { $0.isEmpty || $0.contains("/") ? "must be the name of a file" : nil }),
            .init(
                "exclude", \.exclude, "Beginnings of paths that are never answered with the index file.",
                check: { $0.first { !$0.hasPrefix("/") }.map { "\"\($0)\" must begin with /" } }),
            .init(
                "router", \.router, "The router that leads to it; needed when there are several.",
                reference: .httpRouter),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "static.fileserver", summary: "Serves the files of a directory, also for single-page applications.",
        details: """
            It adds its own route for GET to the router; routes of the configuration go before it. When `workflows.http` \
            routes to it, only those routes lead to it.

            Files come with entity tags, ranges and `Cache-Control`; `name.br` and `name.gz` beside a file are sent to \
            clients that take them. Hidden files, directory listings and anything outside the directory are never sent.

            With `spaFallback` a page that is not there is answered with the index file when the client asks for HTML; \
            a missing script or image, and every path that begins with one of `exclude`, gets 404.
            """,
        provides: [.httpHandler], requires: [.init(.httpRouter, optional: true)],
        examples: [
            .init(
                "A web application beside an API",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: hello
                        type: http.handler
                      - name: web
                        type: static.fileserver
                        config: {root: ., cacheMaxAge: 1h}
                    workflows:
                      http:
                        routes:
                          - {method: GET, path: /api/hello, handler: hello}
                    """)
        ])

    private let files: StaticFileHandler
    private let root: Located<ConfigurationFilePath>?

    public init(configuration: Configuration, context: ModuleContext) throws {
        var options = StaticFileOptions(root: configuration.root?.value.resolved ?? "")
        let inner = configuration.prefix.split(separator: "/").joined(separator: "/")
        options.prefix = inner.isEmpty ? "/" : "/\(inner)/"
        options.spaFallback = configuration.spaFallback
        options.fallbackExclusions = configuration.exclude.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
        options.cacheMaxAge = Int(configuration.cacheMaxAge.wholeNanoseconds / 1_000_000_000)
        options.indexFile = configuration.index
        files = StaticFileHandler(options)
        root = configuration.root
        if let other = context.generation.claim(
            "static files \(configuration.router) \(options.prefix)", owner: context.name)
        {
            throw context.error(
                "\"\(other)\" serves files below \(options.prefix) already",
                suggestion: "give one of them another prefix")
        }
        let router: any HTTPRouteCollector
        do {
            router = try context.services.require(
                (any HTTPRouteCollector).self, kind: .httpRouter, named: configuration.router)
        } catch {
            throw context.error("\(error)", suggestion: "files need a module of type http.router")
        }
        try router.addRoute(
            .get, options.prefix + "{path...}", handler: self, origin: context.name, isFallback: true)
    }

    public func validate() throws {
        do {
            try files.validate()
        } catch {
            guard let root else { throw error }
            throw ConfigurationError([
                root.issue("\(error)", suggestion: "relative paths start from the configuration file")
            ])
        }
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await files.handle(request)
    }
}
