import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("http.server")
struct HTTPServerModuleTests {
    private let hello = """
          - name: hello
            type: http.handler
        workflows:
          http:
            routes:
              - {method: GET, path: /hello, handler: hello}
        """

    @Test func `serves the routes of its router`() async throws {
        try await withApplication(web + hello) { app async throws in
            let response = try await app.get("/hello")
            #expect(response.status == 200)
            #expect(response.reason == "OK")
            #expect(response.text == #"{"handler":"hello","status":"success","message":"Default handler response"}"#)
            #expect(response["content-type"] == "application/json")
        }
    }

    @Test func `tells its real address`() async throws {
        let lines = SharedValue<[SummaryLine]>([])
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration(yaml: web + hello), registry: testRegistry,
            environment: quietEnvironment(), onReady: { summary in lines.set(summary.details) })
        try await engine.start()
        let port = try engine.service(HTTPServerModule.self).port ?? 0
        #expect(lines.value.contains(SummaryLine("listener", "http://127.0.0.1:\(port) (server)")))
        #expect(lines.value.contains(SummaryLine("route", "GET /hello -> hello")))
        await engine.stop()
    }

    @Test func `answers HEAD without a body`() async throws {
        try await withApplication(web + hello) { app async throws in
            let response = try await app.send("HEAD", "/hello")
            #expect(response.status == 200)
            #expect(response["content-length"] == "75")
        }
    }

    @Test func `counts requests by route, method and status`() async throws {
        let environment = quietEnvironment()
        try await withApplication(web + hello, environment: environment) { app async throws in
            _ = try await app.get("/hello")
            _ = try await app.get("/hello")
            _ = try await app.get("/nowhere")
            _ = try await app.send("POST", "/hello")
            _ = try await app.send("PROPFIND", "/hello")
            _ = try await app.send("GET", "/a/../b")
            let metrics = environment.metrics
            // Counted after the response was sent.
            let series: [[String]] = [
                ["GET", "/hello", "200"], ["GET", "unmatched", "404"], ["POST", "unmatched", "405"],
                ["other", "unmatched", "405"], ["other", "unmatched", "400"],
            ]
            while series.map({ metrics.httpRequests.with($0).value }).reduce(0, +) < 6 { await Task.yield() }
            #expect(metrics.httpRequests.with("GET", "/hello", "200").value == 2)
            #expect(metrics.httpRequests.with("GET", "unmatched", "404").value == 1)
            #expect(metrics.httpRequests.with("POST", "unmatched", "405").value == 1)
            #expect(metrics.httpRequests.with("other", "unmatched", "405").value == 1)
            #expect(metrics.httpRequestDuration.with("GET", "/hello").bucketCounts.reduce(0, +) == 2)
        }
    }

    @Test func `counts event streams without their duration, which says how long somebody listened`() async throws {
        let environment = quietEnvironment()
        let stream = """
              - {name: events, type: test.events}
            workflows:
              http:
                routes:
                  - {method: GET, path: /events, handler: events}
                  - {method: GET, path: /file, handler: events}

            """
        try await withTestEngine(
            web + stream, registry: ModuleRegistry(HTTPModules.all + [EventsModule.self]), environment: environment
        ) { engine in
            let app = TestApplication(engine: engine, port: try engine.service(HTTPServerModule.self).port ?? 0)
            #expect(try await app.get("/events")["content-type"] == "text/event-stream; charset=utf-8")
            #expect(try await app.get("/file").status == 200)
            let metrics = environment.metrics
            // Counted after the response was sent.
            while ["/events", "/file"].contains(where: { metrics.httpRequests.with("GET", $0, "200").value < 1 }) {
                await Task.yield()
            }
            #expect(metrics.httpRequests.with("GET", "/events", "200").value == 1)
            #expect(metrics.httpRequestDuration.with("GET", "/events").bucketCounts.reduce(0, +) == 0)
            #expect(metrics.httpRequestDuration.with("GET", "/file").bucketCounts.reduce(0, +) == 1)
        }
    }

    @Test func `has a health check for its listener`() async throws {
        try await withApplication(web + hello) { app async throws in
            let check = app.engine.runningGeneration?.healthChecks.first { $0.name == "server listener" }?.check
            #expect(await check?.check() == .healthy)
        }
    }

    @Test func `adds identifiers and timing when told to`() async throws {
        let yaml = """
            modules:
              - name: server
                type: http.server
                config: {address: "127.0.0.1:0", requestId: true, serverTiming: true}
              - name: router
                type: http.router

            """
        try await withApplication(yaml + hello) { app async throws in
            let response = try await app.get("/nowhere", headers: ["x-request-id: abc-1"])
            #expect(response.status == 404)
            #expect(response["x-request-id"] == "abc-1")
            #expect(response["server-timing"]?.hasPrefix("app;dur=") == true)
        }
    }

    @Test func `refuses larger bodies than allowed`() async throws {
        let yaml = """
            modules:
              - name: server
                type: http.server
                config: {address: "127.0.0.1:0", maxBodyBytes: 1KB}
              - name: router
                type: http.router
              - name: echo
                type: test.echo
            workflows:
              http:
                routes:
                  - {method: POST, path: /echo, handler: echo}
            """
        try await withApplication(yaml) { app async throws in
            let large = String(repeating: "x", count: 2000)
            #expect(try await app.send("POST", "/echo", body: large).status == 413)
            #expect(try await app.send("POST", "/echo", body: "small").status == 200)
        }
    }

    @Test(arguments: [
        ("127.0.0.1:18080", "127.0.0.1:18080", "\"a\" listens there already"),
        (":18080", "0.0.0.0:18080", "it overlaps with :18080 of \"a\""),
        ("localhost:18080", "127.0.0.1:18080", "it overlaps with localhost:18080 of \"a\""),
        ("[::]:18080", "127.0.0.1:18080", "it overlaps with [::]:18080 of \"a\""),
    ])
    func `two servers on one address are an error`(first: String, second: String, reason: String) async {
        let yaml = """
            modules:
              - {name: router, type: http.router}
              - {name: a, type: http.server, config: {address: "\(first)", router: router}}
              - {name: b, type: http.server, config: {address: "\(second)", router: router}}

            """
        let problem = await problems(of: yaml + hello)
        #expect(problem.contains("modules[2].config.address: \"b\" cannot listen on \(second): \(reason)"))
        #expect(problem.contains("<config>:4:"))
    }

    @Test func `servers on different addresses get along`() async {
        let yaml = """
            modules:
              - {name: router, type: http.router}
              - {name: a, type: http.server, config: {address: "127.0.0.1:18080", router: router}}
              - {name: b, type: http.server, config: {address: "127.0.0.2:18080", router: router}}
              - {name: c, type: http.server, config: {address: "127.0.0.1:0", router: router}}
              - {name: d, type: http.server, config: {address: "127.0.0.1:0", router: router}}

            """
        #expect(await problems(of: yaml + hello) == "")
    }

    @Test func `a server without anything to serve is an error`() async {
        let alone = "modules: [{name: server, type: http.server}]"
        #expect(await problems(of: alone).contains("nothing to serve"))
        #expect(await problems(of: alone).contains("workflows.http"))
        #expect(await problems(of: web).contains("nothing to serve"))
    }

    @Test(arguments: [
        ("{address: \"8080\"}", "the port is missing"),
        ("{address: \":99999\"}", "not a port"),
        ("{address: \":80\", port: 81}", "has host and port already"),
        ("{readTimeout: 0s}", "must be longer than zero"),
        ("{readTimeuot: 5s}", "did you mean \"readTimeout\"?"),
        ("{tls: {certificate: a.pem}}", "missing key \"key\""),
        ("{maxHeaderBytes: 10}", "must be between 1KB and 1MB"),
    ])
    func `wrong settings are named`(config: String, reason: String) async {
        let yaml = "modules: [{name: server, type: http.server, config: \(config)}, {name: router, type: http.router}]"
        #expect(await problems(of: yaml).contains(reason))
    }

    @Test func `takes the older spellings`() throws {
        let node = ConfigurationNode([
            "host": "127.0.0.1", "port": 9090, "read_timeout": "3s", "writeTimeoutSeconds": 4, "shutdown_timeout": "5s",
        ])
        var decoder = ConfigurationDecoder()
        let configuration = try #require(HTTPServerModule.Configuration(decoding: node, using: &decoder))
        let settings = try configuration.serverConfiguration()
        #expect("\(settings.address)" == "127.0.0.1:9090")
        #expect(settings.readTimeout == .seconds(3))
        #expect(settings.writeTimeout == .seconds(4))
        #expect(configuration.shutdownTimeout == .seconds(5))
    }

    @Test func `a port in use is named when the application starts`() async throws {
        try await withApplication(web + hello) { app async throws in
            let second = """
                modules:
                  - {name: second, type: http.server, config: {address: "127.0.0.1:\(app.port)"}}
                  - {name: router, type: http.router}

                """
            let engine = WorkflowEngine(
                configuration: try ApplicationConfiguration(yaml: second + hello), registry: testRegistry,
                environment: quietEnvironment())
            let error = await #expect(throws: WorkflowError.self) { try await engine.start() }
            #expect(error?.message.contains("Cannot listen on 127.0.0.1:\(app.port)") == true)
            #expect(error?.message.contains("already in use") == true)
        }
    }

    @Test func `another engine with the same resources takes the listener over`() async throws {
        let environment = quietEnvironment()
        let configuration = try ApplicationConfiguration(yaml: web + hello)
        let first = WorkflowEngine(configuration: configuration, registry: testRegistry, environment: environment)
        let second = WorkflowEngine(configuration: configuration, registry: testRegistry, environment: environment)
        try await first.start()
        let port = try first.service(HTTPServerModule.self).port ?? 0
        let connection = try await RawConnection.open(port: port)
        try await connection.send("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(try await connection.response().status == 200)
        try await second.start()
        #expect(try second.service(HTTPServerModule.self).port == port)
        await first.stop()
        try await connection.send("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(try await connection.response().status == 200)
        await second.stop()
        #expect(try await connection.receiveToEnd().isEmpty)
    }

    @Test func `when the newer of two generations goes, the older one answers again`() async throws {
        let environment = quietEnvironment()
        func engine(_ text: String) throws -> WorkflowEngine {
            let yaml =
                web + """
                      - {name: hello, type: http.handler, config: {path: /hello, response: \(text)}}
                    """
            return WorkflowEngine(
                configuration: try ApplicationConfiguration(yaml: yaml), registry: testRegistry,
                environment: environment)
        }
        let (first, second) = (try engine("first"), try engine("second"))
        try await first.start()
        let app = TestApplication(engine: first, port: try first.service(HTTPServerModule.self).port ?? 0)
        #expect(try await app.get("/hello").text == "first")
        try await second.start()
        #expect(try await app.get("/hello").text == "second")
        await second.stop()
        #expect(try await app.get("/hello").text == "first")
        await first.stop()
    }

    @Test func `a request in progress is answered before the modules go`() async throws {
        let responder = GenerationResponder(next: GatedHandler())
        let gate = GatedHandler.gate
        async let answer = responder.handle(ServerRequest(method: .get, target: "/"))
        while gate.waitingCount == 0 { await Task.yield() }
        let isIdle = SharedValue(false)
        async let waiting: Void = {
            await responder.progress.waitUntilIdle(for: .seconds(60))
            isIdle.set(true)
        }()
        #expect(!isIdle.value)
        gate.open()
        let response = try await answer
        guard case .stream(_, let produce) = response.body else {
            Issue.record("the body is not streamed")
            return
        }
        #expect(!isIdle.value)
        try await produce(NowhereWriter())
        await waiting
        #expect(isIdle.value)
    }
}

/// Waits at a gate and then streams nothing.
private struct GatedHandler: HTTPHandler {
    static let gate = TestGate()

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await Self.gate.wait()
        return ServerResponse(body: .stream(length: nil) { _ in })
    }
}

private struct NowhereWriter: ResponseWriter {
    func write(_ bytes: [UInt8]) async throws {}
}

/// Streams: events, or something that merely has no length.
private struct EventsModule: WorkflowModule, HTTPHandler {
    static let descriptor = ModuleDescriptor(type: "test.events", summary: "Streams.", provides: [.httpHandler])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let type = request.path == "/events" ? "text/event-stream; charset=utf-8" : "text/plain"
        return ServerResponse(
            headers: [.contentType: type],
            body: .stream(length: nil) { writer in try await writer.write(Array("data: 1\n\n".utf8)) })
    }
}
