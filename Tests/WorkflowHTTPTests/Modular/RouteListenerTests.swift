import HTTPTypes
import TestServices
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("Listeners of modules", .timeLimit(.minutes(1)))
struct RouteListenerTests {
    private static let registry = ModuleRegistry(HTTPModules.all + [EchoHandler.self, ListeningModule.self])

    private func environment() -> EngineEnvironment {
        var environment = quietEnvironment()
        environment.httpListeners = SharedListenerFactory()
        return environment
    }

    private func withEngine(
        _ yaml: String, environment: EngineEnvironment? = nil, _ body: (WorkflowEngine) async throws -> Void
    ) async throws {
        try await withTestEngine(
            yaml, registry: Self.registry, environment: environment ?? self.environment(), body)
    }

    private func app(_ engine: WorkflowEngine, _ port: Int?) -> TestApplication {
        TestApplication(engine: engine, port: port ?? 0)
    }

    private func problems(_ yaml: String) async -> String {
        do {
            try await WorkflowEngine.validate(
                try ApplicationConfiguration(yaml: yaml), registry: Self.registry, environment: environment())
            return ""
        } catch {
            return "\(error)"
        }
    }

    private let alone = """
        modules:
          - {name: hook, type: test.listening, config: {port: 0, path: "/hooks/{id}"}}
        """

    @Test func `a module answers on a port of its own, without a server`() async throws {
        try await withEngine(alone) { engine async throws in
            let app = app(engine, try engine.service(ListeningModule.self).port)
            let answer = try await app.send("POST", "/hooks/7", body: "hello")
            #expect(answer.text == "hook 7 hello")
            #expect(try await app.get("/hooks/7").status == 405)
            #expect(try await app.get("/hooks/7")["allow"] == "OPTIONS, POST")
            #expect(try await app.get("/elsewhere").status == 404)
            let lines = try engine.service(ListeningModule.self).summaryLines
            #expect(lines == [SummaryLine("listener", "http://127.0.0.1:\(app.port) (hook)")])
            #expect(engine.runningGeneration?.healthChecks.map(\.name) == ["hook listener 127.0.0.1:0"])
        }
    }

    @Test func `beside a server with another port both answer their own routes`() async throws {
        let yaml =
            alone + """

                  - {name: server, type: http.server, config: {address: "127.0.0.1:0"}}
                  - {name: router, type: http.router}
                  - {name: hello, type: http.handler, config: {path: /hello}}
                """
        try await withEngine(yaml) { engine async throws in
            let own = app(engine, try engine.service(ListeningModule.self).port)
            let server = app(engine, try engine.service(HTTPServerModule.self).port)
            #expect(own.port != server.port)
            #expect(try await own.send("POST", "/hooks/7").text == "hook 7 ")
            #expect(try await own.get("/hello").status == 404)
            #expect(try await server.get("/hello").status == 200)
            #expect(try await server.send("POST", "/hooks/7").status == 404)
        }
    }

    @Test func `a server on the same port has the routes`() async throws {
        let port = try FreePort.next()
        let yaml = """
            modules:
              - {name: hook, type: test.listening, config: {port: \(port), path: "/hooks/{id}"}}
              - {name: server, type: http.server, config: {address: "127.0.0.1:\(port)"}}
              - {name: other, type: http.server, config: {address: "127.0.0.2:\(port)"}}
              - {name: router, type: http.router, config: {prefix: /api}}
            """
        try await withEngine(yaml) { engine async throws in
            #expect(try engine.service(ListeningModule.self).port == nil)
            #expect(try engine.service(ListeningModule.self).summaryLines == [])
            let server = app(engine, try engine.service(HTTPServerModule.self, named: "server").port)
            #expect(server.port == port)
            #expect(try await server.send("POST", "/hooks/7").text == "hook 7 ")
            #expect(try await server.get("/hooks/7").status == 405)
        }
    }

    @Test func `the listener survives a change of the configuration`() async throws {
        let environment = environment()
        func engine(_ path: String) throws -> WorkflowEngine {
            let yaml = "modules: [{name: hook, type: test.listening, config: {port: 0, path: \"\(path)\"}}]"
            return WorkflowEngine(
                configuration: try ApplicationConfiguration(yaml: yaml), registry: Self.registry,
                environment: environment)
        }
        let (first, second) = (try engine("/old/{id}"), try engine("/new/{id}"))
        try await first.start()
        let port = try first.service(ListeningModule.self).port
        let connection = try await RawConnection.open(port: port ?? 0)
        func post(_ path: String) async throws -> Int {
            try await connection.send("POST \(path) HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n")
            return try await connection.response().status
        }
        #expect(try await post("/old/1") == 200)
        try await second.start()
        #expect(try second.service(ListeningModule.self).port == port)
        await first.stop()
        #expect(try await post("/new/1") == 200)
        #expect(try await post("/old/1") == 404)
        await second.stop()
        #expect(try await connection.receiveToEnd().isEmpty)
        await #expect(throws: (any Error).self) { try await RawConnection.open(port: port ?? 0) }
    }

    @Test func `a server takes the listener over, and gives it back`() async throws {
        let port = try FreePort.next()
        let alone = "modules: [{name: hook, type: test.listening, config: {port: \(port), path: /x}}]"
        let both = """
            modules:
              - {name: hook, type: test.listening, config: {port: \(port), path: /x}}
              - {name: server, type: http.server, config: {address: "127.0.0.1:\(port)", maxHeaderBytes: 1KB}}
              - {name: router, type: http.router}
            """
        try await withEngine(alone) { engine async throws in
            let app = app(engine, port)
            let large = ["x-large: " + String(repeating: "x", count: 2000)]
            #expect(try await app.send("POST", "/x", headers: large).status == 200)
            #expect(try await engine.reload(try ApplicationConfiguration(yaml: both)).status == .reloaded)
            #expect(try await app.send("POST", "/x", headers: large).status == 431)
            #expect(try await engine.reload(try ApplicationConfiguration(yaml: alone)).status == .reloaded)
            #expect(try await app.send("POST", "/x", headers: large).status == 200)
        }
    }

    @Test func `a port in use is named when the application starts`() async throws {
        try await withEngine(alone) { running async throws in
            let port = try #require(try running.service(ListeningModule.self).port)
            let yaml = "modules: [{name: hook, type: test.listening, config: {port: \(port), path: /x}}]"
            let engine = WorkflowEngine(
                configuration: try ApplicationConfiguration(yaml: yaml), registry: Self.registry,
                environment: environment())
            let error = await #expect(throws: WorkflowError.self) { try await engine.start() }
            #expect(error?.message.contains("Cannot listen on 127.0.0.1:\(port)") == true)
        }
    }

    @Test(arguments: [
        (
            "{port: 18082, path: hooks}", "{port: 18083, path: /x}",
            "<config>:2:68: error: modules[0].config.path: The route pattern 'hooks' is not valid"
        ),
        (
            "{port: 18082, path: /x}", "{port: 18082, path: /y}",
            "<config>:3:56: error: modules[1].config.port: \"other\" cannot listen on 127.0.0.1:18082: "
                + "\"hook\" listens on 127.0.0.1:18082 already"
        ),
        (
            "{port: 18082, host: \"a b\", path: /x}", "{port: 18083, path: /y}",
            "<config>:2:55: error: modules[0].config.port: 'a b:18082' is not an address to listen on"
        ),
        (
            "{port: 18082, path: /x, again: /x}", "{port: 18083, path: /y}",
            "<config>:2:79: error: modules[0].config.again: POST /x is routed twice"
        ),
    ])
    func `wrong values are told with their place`(first: String, second: String, problem: String) async {
        let found = await problems(
            """
            modules:
              - {name: hook, type: test.listening, config: \(first)}
              - {name: other, type: test.listening, config: \(second)}
            """)
        #expect(found.contains(problem), "\(found)")
    }

    @Test func `a route that the server has already is an error at its place`() async {
        let found = await problems(
            """
            modules:
              - {name: hook, type: test.listening, config: {port: 18084, path: /hello}}
              - {name: server, type: http.server, config: {address: ":18084"}}
              - {name: router, type: http.router}
              - {name: echo, type: test.echo}
            workflows: {http: {routes: [{method: POST, path: /hello, handler: echo}]}}
            """)
        #expect(found.contains("POST /hello is routed twice"), "\(found)")
        #expect(found.contains("<config>:2:68"), "\(found)")
    }
}

/// Answers POST on a port of its own.
private final class ListeningModule: WorkflowModule, SummarizedModule {
    struct Configuration: ConfigurationObject {
        var port = Located(0)
        var host = "127.0.0.1"
        var path = Located("")
        var again = Located("")

        static let fields: [ConfigurationField<Self>] = [
            .init("port", \.port, "The port."), .init("host", \.host, "The host."),
            .init("path", \.path, "The path."), .init("again", \.again, "Another path."),
        ]
    }

    static let descriptor = ModuleDescriptor(type: "test.listening", summary: "Listens.")

    private let listener: any HTTPListener

    init(configuration: Configuration, context: ModuleContext) throws {
        let factory = try #require(context.environment.httpListeners)
        let paths = [configuration.path, configuration.again].filter { !$0.value.isEmpty }
        listener = try factory.makeListener(
            HTTPListenerSpecification(
                host: configuration.host, port: configuration.port,
                routes: paths.map { .init(.post, $0, handler: HookHandler()) }),
            context: context)
    }

    var port: Int? { listener.port }
    var summaryLines: [SummaryLine] { listener.summaryLines }

    func validate() throws { try listener.validate() }
    func prepare() async throws { try await listener.prepare() }
    func activate() async throws { try await listener.activate() }
    func quiesce() async { await listener.quiesce() }
    func shutdown() async { await listener.shutdown() }
}

private struct HookHandler: HTTPHandler {
    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let body = String(decoding: try await request.body.collect(upTo: 100), as: UTF8.self)
        return .text("hook \(request.parameters["id"] ?? "") \(body)")
    }
}
