import Testing
import WorkflowCore

@testable import WorkflowHTTP

@Suite("httpserver.modular", .timeLimit(.minutes(1)))
struct ModularServerTests {
    private func yaml(config: String = "{}", section: String) -> String {
        """
        modules:
          - {name: server, type: httpserver.modular, config: \(config)}
          - {name: router, type: http.router}
          - {name: echo, type: test.echo}
        httpserver: \(section)
        workflows:
          http:
            server: server
            routes:
              - {method: "*", path: /echo, handler: echo}
        """
    }

    @Test func `the section at the top sets the server, and its own keys win`() async throws {
        let yaml = yaml(
            config: "{max_body_bytes: 4}",
            section: #"{host: "127.0.0.1", port: 0, maxBodyBytes: 1MB, maxHeaderBytes: 1KB}"#)
        try await withApplication(yaml) { app async throws in
            #expect(app.engine.runningServerAddress == "127.0.0.1:\(app.port)")
            #expect(try await app.send("POST", "/echo", body: "1234").json["body"] == "1234")
            #expect(try await app.send("POST", "/echo", body: "12345").status == 413)
            let long = "x: " + String(repeating: "x", count: 2000)
            #expect(try await app.get("/echo", headers: [long]).status == 431)
        }
    }

    @Test func `the time to read counts`() async throws {
        try await withApplication(yaml(section: "{address: \"127.0.0.1:0\", readTimeoutSeconds: 2}")) {
            app async throws in
            let connection = try await app.connect()
            try await connection.send("GET /echo HT")
            #expect(try await connection.response().status == 408)
        }
    }

    @Test(
        arguments: [
            ["read_timeout": "2s", "write_timeout": "3s", "idle_timeout": "4s", "shutdown_timeout": "5s"],
            ["readTimeout": "2s", "writeTimeout": 3, "idleTimeout": "4s", "shutdownTimeout": "5s"],
            ["readTimeoutSeconds": 2, "writeTimeoutSeconds": 3, "idleTimeoutSeconds": 4, "shutdownTimeoutSeconds": 5],
        ] as [JSONObject])
    func `all spellings are the same keys`(keys: JSONObject) throws {
        var decoder = ConfigurationDecoder()
        let node = ConfigurationNode(.object(keys))
        let configuration = try #require(ModularServerModule.Configuration(decoding: node, using: &decoder))
        let settings = try configuration.serverConfiguration()
        #expect("\(settings.address)" == ":8080")
        #expect(settings.readTimeout == .seconds(2))
        #expect(settings.writeTimeout == .seconds(3))
        #expect(settings.idleTimeout == .seconds(4))
        #expect(configuration.shutdownTimeout == .seconds(5))
    }

    @Test func `TLS that is turned off needs no files`() async throws {
        let section = #"{address: "127.0.0.1:0", tls: {enabled: false, cert_file: a.pem}}"#
        try await withApplication(yaml(section: section)) { app async throws in
            #expect(try await app.get("/echo").status == 200)
        }
    }

    @Test(arguments: [
        ("{port: 99999}", "<config>:5:20: error: httpserver.port: must be at most 65535, is 99999"),
        ("{readTimeout: 0s}", "<config>:5:27: error: httpserver.readTimeout: must be longer than zero"),
        ("{read_timeuot: 5s}", "<config>:5:14: error: httpserver.read_timeuot: unknown key \"read_timeuot\""),
        (
            "{address: \":80\", port: 81}",
            "<config>:5:36: error: httpserver.port: \"address\" (:80) has host and port already"
        ),
        ("{tls: {key: a.pem}}", "<config>:5:19: error: httpserver.tls: missing key \"certificate\""),
        (
            "{read_timeout: 1s, readTimeoutSeconds: 2}",
            "<config>:5:32: error: httpserver.readTimeoutSeconds: \"readTimeoutSeconds\" and \"read_timeout\" are the same key"
        ),
        ("[1]", "<config>:5:13: error: httpserver: expected a mapping, found list"),
    ])
    func `wrong values are told with their place`(section: String, problem: String) async {
        let found = await problems(of: yaml(section: section))
        #expect(found.contains(problem), "\(found)")
    }

    @Test func `a section that no module uses is an error`() async {
        let echo = "  - {name: echo, type: http.handler, config: {path: /}}\n"
        let found = await problems(of: web + echo + "httpserver: {port: 80}")
        #expect(found.hasPrefix("<config>:8:1: error: httpserver: no module uses these settings"), "\(found)")
    }
}

extension WorkflowEngine {
    fileprivate var runningServerAddress: String? {
        runningGeneration?.services.all(HTTPServerModule.self).first?.service.localAddress.map { "\($0)" }
    }
}
