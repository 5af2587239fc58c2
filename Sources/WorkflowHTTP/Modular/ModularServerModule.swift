public import WorkflowCore

/// `httpserver.modular`: an `http.server` whose keys may also stand in the section `httpserver` of a file.
public struct ModularServerModule: FileReadingModule, SummarizedModule {
    public typealias Configuration = HTTPServerModule.Configuration

    public static let descriptor = ModuleDescriptor(
        type: "httpserver.modular", settingsKey: "httpserver",
        summary: "Listens for HTTP requests and gives them to a router; an http.server by another name.",
        details: """
            It is the server of `http.server`, with the same keys, defaults and limits. What stands in the section \
            `httpserver` at the top of the file are the settings of all modules of this type; a key in the `config` \
            of a module goes before it.

            The keys of other spellings are the same keys: `read_timeout` and `readTimeoutSeconds` are \
            `readTimeout`, and so on. Plain numbers are seconds. The address is either `address`, or `host` and \
            `port`; without both it is port 8080 of all addresses.
            """,
        provides: [.httpServer], requires: [.init(.httpRouter, optional: true)], isIngress: true,
        examples: [
            .init(
                "Settings at the top of the file",
                yaml: """
                    modules:
                      - name: server
                        type: httpserver.modular
                      - name: router
                        type: chimux.router
                      - name: hello
                        type: http.handler
                        config: {path: /hello}
                    httpserver:
                      host: 127.0.0.1
                      port: 8080
                      readTimeout: 15s
                      writeTimeout: 15s
                      idleTimeout: 1m
                      shutdownTimeout: 30s
                    """)
        ])

    private let server: HTTPServerModule

    public init(configuration: Configuration, context: ModuleContext) throws {
        server = try HTTPServerModule(configuration: configuration, context: context)
    }

    public var services: [any Sendable] { [server] }
    public var summaryLines: [SummaryLine] { server.summaryLines }

    public var isCurrent: Bool { server.isCurrent }

    public func validate() throws { try server.validate() }
    public func prepare() async throws { try await server.prepare() }
    public func activate() async throws { try await server.activate() }
    public func quiesce() async { await server.quiesce() }
    public func shutdown() async { await server.shutdown() }
}
