import Logging
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("chimux.router", .timeLimit(.minutes(1)))
struct ChimuxRouterTests {
    private func yaml(_ section: String, server: String = "") -> String {
        """
        modules:
          - {name: server, type: http.server, config: {address: "127.0.0.1:0"\(server)}}
          - {name: router, type: chimux.router}
          - {name: echo, type: test.echo}
          - {name: failing, type: test.failing}
          - {name: probes, type: test.probes}
        chimux: \(section)
        workflows:
          recorder: {}
          http:
            router: router
            routes:
              - {method: GET, path: "/orders/{id}", handler: echo}
              - {method: GET, path: /fail, handler: failing}
        triggers:
          http:
            router: router
            routes:
              - {path: /record, method: POST, workflow: recorder, action: record}
        """
    }

    @Test func `is the router of routes, triggers and modules that bring their own`() async throws {
        try await withApplication(yaml("{basepath: /api}")) { app async throws in
            #expect(try await app.get("/api/orders/7").json["parameters"] == ["id": "7"])
            #expect(try await app.postJSON("/api/record", #"{"a":1}"#).status == 202)
            #expect(app.engine.recordedCalls.map(\.data) == [["a": 1]])
            #expect(try await app.get("/healthz").text == "probe")
            #expect(try await app.get("/orders/7").status == 404)
        }
    }

    @Test func `every answer has an identifier and allows other origins`() async throws {
        try await withApplication(yaml("{}")) { app async throws in
            let origin = "origin: https://any.example.com"
            let answer = try await app.get("/orders/7", headers: [origin, "x-request-id: r-1"])
            #expect(answer["x-request-id"] == "r-1")
            #expect(answer["access-control-allow-origin"] == "https://any.example.com")
            #expect(answer.json["requestID"] == "r-1")
            let missing = try await app.get("/nowhere", headers: [origin])
            #expect(missing.status == 404)
            #expect(missing["x-request-id"]?.isEmpty == false)
            #expect(missing["access-control-allow-origin"] == "https://any.example.com")
            let broken = try await app.get("/fail", headers: [origin])
            #expect(broken.status == 500)
            #expect(!broken.text.contains("Failure"))
            #expect(broken["access-control-allow-origin"] == "https://any.example.com")
        }
    }

    @Test(arguments: [
        #"{allowed_origins: ["https://a.example.com"], allowed_methods: [GET], allowed_headers: [X-Own], max_age: 60, allow_credentials: true}"#,
        #"{cors: {enabled: true, allowedOrigins: ["https://a.example.com"], allowedMethods: [GET], allowCredentials: true}, allowedHeaders: [X-Own], maxAge: 1m}"#,
    ])
    func `preflight requests are answered by the policy`(section: String) async throws {
        try await withApplication(yaml(section)) { app async throws in
            for path in ["/orders/7", "/healthz", "/nowhere"] {
                let answer = try await app.send(
                    "OPTIONS", path, headers: ["origin: https://a.example.com", "access-control-request-method: GET"])
                #expect(answer.status == 204)
                #expect(answer["access-control-allow-origin"] == "https://a.example.com")
                #expect(answer["access-control-allow-methods"] == "GET")
                #expect(answer["access-control-allow-headers"] == "X-Own")
                #expect(answer["access-control-allow-credentials"] == "true")
                #expect(answer["access-control-max-age"] == "60")
            }
            let other = try await app.send(
                "OPTIONS", "/orders/7",
                headers: ["origin: https://b.example.com", "access-control-request-method: GET"])
            #expect(other["access-control-allow-origin"] == nil)
        }
    }

    @Test func `what is built in can be taken out`() async throws {
        let section = "{cors: {enabled: false}, middleware: {requestId: false, realIP: false}}"
        try await withApplication(yaml(section)) { app async throws in
            let answer = try await app.get("/orders/7", headers: ["origin: https://a.example.com"])
            #expect(answer.status == 200)
            #expect(answer["x-request-id"] == nil)
            #expect(answer["access-control-allow-origin"] == nil)
        }
    }

    @Test func `a handler that takes too long is answered with 503`() async throws {
        let yaml = """
            modules:
              - {name: server, type: http.server, config: {address: "127.0.0.1:0"}}
              - {name: router, type: chimux.router, config: {timeout: 300ms}}
              - {name: endless, type: test.endless}
            workflows: {http: {routes: [{method: GET, path: /, handler: endless}]}}
            """
        let registry = ModuleRegistry(HTTPModules.all + [EndlessHandler.self])
        try await withTestEngine(yaml, registry: registry, environment: quietEnvironment()) { engine async throws in
            let port = try engine.service(HTTPServerModule.self, named: "server").port ?? 0
            #expect(try await TestApplication(engine: engine, port: port).get("/").status == 503)
        }
    }

    @Test func `requests and routes are written to the log`() async throws {
        let lines = SharedValue<[String]>([])
        var environment = quietEnvironment()
        environment.logger = Logger(label: "test") { _ in LineHandler(lines: lines) }
        let section = "{logRoutes: true, middleware: {realIP: true}}"
        try await withApplication(
            yaml(section, server: ", trustedProxies: [127.0.0.1]"), environment: environment
        ) { app async throws in
            #expect(lines.value.contains("route GET /orders/{id}"))
            #expect(lines.value.contains("route POST /record"))
            _ = try await app.get("/orders/7?secret=1", headers: ["x-forwarded-for: 203.0.113.9"])
            #expect(lines.value.contains("request /orders/7 200 203.0.113.9"))
        }
        lines.set([])
        try await withApplication(
            yaml("{middleware: {requestLog: false, realIP: true}}"), environment: environment
        ) { app async throws in
            _ = try await app.get("/orders/7")
            #expect(!lines.value.contains { $0.hasPrefix("request ") || $0.hasPrefix("route ") })
            #expect(lines.value.contains { $0.hasPrefix("realIP has no effect") })
        }
    }

    @Test(arguments: [
        (#"{allowed_origins: ["x"]}"#, "<config>:7:27: error: chimux.allowed_origins: \"x\" is not an origin"),
        (
            #"{allowedMethods: ["G T"]}"#,
            "<config>:7:26: error: chimux.allowedMethods: \"G T\" is not the name of a method"
        ),
        ("{timeout: 0}", "<config>:7:19: error: chimux.timeout: must be longer than zero"),
        ("{basepath: \"/{\"}", "<config>:3:5: error: modules[1]: the prefix is not usable"),
        (
            "{allow_credentials: true}",
            "<config>:7:29: error: chimux.allow_credentials: allowCredentials together with the origin * would"
        ),
        (
            "{cors: {allowCredentials: true}}",
            "<config>:7:35: error: chimux.cors.allowCredentials: allowCredentials together with the origin * would"
        ),
        (
            "{max_age: 5, cors: {maxAge: 6}}",
            "<config>:7:37: error: chimux.cors.maxAge: \"maxAge\" is given here and beside \"cors\""
        ),
        ("{cors: {origin: x}}", "<config>:7:17: error: chimux.cors.origin: unknown key \"origin\""),
        (
            "{middleware: {requestid: true}}",
            "<config>:7:23: error: chimux.middleware.requestid: unknown key \"requestid\""
        ),
        ("{middlewares: [nobody]}", "<config>:7:24: error: chimux.middlewares[0]: there is no module \"nobody\""),
    ])
    func `wrong values are told with their place`(section: String, problem: String) async {
        let found = await problems(of: yaml(section))
        #expect(found.contains(problem), "\(found)")
    }

    @Test func `the server's proxies cannot be taken back by the router`() async {
        let found = await problems(
            of: yaml("{middleware: {realIP: false}}", server: ", trustedProxies: [10.0.0.0/8]"))
        #expect(
            found.contains("<config>:7:31: error: chimux.middleware.realIP: realIP is false, but \"server\" believes"),
            "\(found)")
    }
}

/// Never answers.
private struct EndlessHandler: WorkflowModule, HTTPHandler {
    static let descriptor = ModuleDescriptor(type: "test.endless", summary: "Waits.", provides: [.httpHandler])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await Task.sleep(for: .seconds(3600))
        return .text("late")
    }
}

/// Keeps messages with the metadata that tests look at.
private struct LineHandler: LogHandler {
    let lines: SharedValue<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let keys = ["http.route", "http.path", "http.status", "client.address"]
        let values = keys.compactMap { event.metadata?[$0].map { "\($0)" } }
        lines.update { $0.append(([event.message.description] + values).joined(separator: " ")) }
    }
}
