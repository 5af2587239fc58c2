import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("The management API")
struct ManagementServerTests {
    private static let token = "0123456789abcdef"

    private let yaml =
        web + """
              - {name: hello, type: http.handler, config: {contentType: text/plain}}
              - {name: tokens, type: test.tokens}
              - {name: auth, type: http.middleware.auth, config: {secretKey: very-secret}}
            workflows:
              http:
                routes: [{method: GET, path: /hello, handler: hello}]
            """

    private func withManagement(
        variables: [String: String] = [:],
        configure: (inout ManagementServer.Configuration) -> Void = { _ in },
        _ body: (TestApplication) async throws -> Void
    ) async throws {
        var settings = ManagementServer.Configuration(
            address: ListenAddress(host: "127.0.0.1", port: 0), token: Self.token)
        configure(&settings)
        try await withTestEngine(yaml, registry: testRegistry, environment: quietEnvironment()) { engine in
            let server = try ManagementServer(
                configuration: settings,
                application: ManagedApplication(engine: engine, registry: testRegistry, variables: variables),
                logger: .quiet)
            try await server.start()
            do {
                try await body(TestApplication(engine: engine, port: server.port ?? 0))
            } catch {
                await server.stop(deadline: .zero)
                throw error
            }
            await server.stop(deadline: .zero)
        }
    }

    private let authorization = ["authorization: Bearer 0123456789abcdef"]

    private func send(
        _ app: TestApplication, _ method: String, _ path: String, host: String = "localhost:1", headers: [String] = [],
        body: String = ""
    ) async throws -> RawResponse {
        let connection = try await RawConnection.open(port: app.port)
        let lines = headers.map { $0 + "\r\n" }.joined()
        try await connection.send(
            "\(method) \(path) HTTP/1.1\r\nhost: \(host)\r\ncontent-length: \(body.utf8.count)\r\n\(lines)\r\n\(body)")
        let response = try await connection.response()
        try? await connection.close()
        return response
    }

    @Test(arguments: [
        [], ["authorization: Bearer 0123456789abcdeg"], ["authorization: Bearer 0123456789abcdef0123456789abcdef"],
    ])
    func `asks for its token`(headers: [String]) async throws {
        try await withManagement { app async throws in
            let response = try await send(app, "GET", "/api/workflow/status", headers: headers)
            #expect(response.status == 401)
            #expect(response["www-authenticate"] == "Bearer")
        }
    }

    @Test(arguments: ["evil.example.com", "localhost.evil.com", "127.0.0.1.evil.com:80", "[::2]"])
    func `refuses requests that name another host`(host: String) async throws {
        try await withManagement { app async throws in
            #expect(try await send(app, "GET", "/livez", host: host).status == 403)
            #expect(try await send(app, "GET", "/livez", host: "LOCALHOST").status == 200)
            #expect(try await send(app, "GET", "/livez", host: "[::1]:8081").status == 200)
        }
    }

    @Test func `tells its status`() async throws {
        try await withManagement { app async throws in
            let response = try await send(app, "GET", "/api/workflow/status", headers: authorization)
            #expect(response.json["status"]?.stringValue == "running")
            #expect(response.json["moduleCount"]?.intValue == 5)
            #expect(response.json["workflowCount"]?.intValue == 1)
            #expect(response["cache-control"] == "no-store")
        }
    }

    @Test func `lists the module types`() async throws {
        try await withManagement { app async throws in
            let response = try await send(app, "GET", "/api/workflow/modules", headers: authorization)
            let types = try #require(response.json.arrayValue)
            let server = try #require(types.first { $0["type"]?.stringValue == "http.server" })
            #expect(server["label"]?.stringValue == "HTTP Server")
            #expect(server["category"]?.stringValue == "http")
            let address = server["configFields"]?.arrayValue?.first { $0["key"]?.stringValue == "readTimeout" }
            #expect(address?["label"]?.stringValue == "Read Timeout")
            #expect(address?["defaultValue"]?.stringValue == "15s")
            #expect(server["schema"]?["properties"]?["address"] != nil)
        }
    }

    @Test func `shows the configuration without its secrets`() async throws {
        try await withManagement { app async throws in
            let response = try await send(app, "GET", "/api/workflow/config", headers: authorization)
            #expect(!response.text.contains("very-secret"))
            let modules = response.json["modules"]?.arrayValue
            #expect(modules?.last?["config"]?["secretKey"]?.stringValue == "<redacted>")
            #expect(response.json["workflows"]?["http"]?["routes"]?[0]?["path"]?.stringValue == "/hello")
        }
    }

    @Test func `checks configurations in YAML and JSON`() async throws {
        try await withManagement { app async throws in
            func check(_ text: String) async throws -> JSONValue {
                try await send(app, "POST", "/api/workflow/validate", headers: authorization, body: text).json
            }
            #expect(try await check(yaml) == ["valid": true])
            #expect(
                try await check(#"{"modules": [{"name": "rid", "type": "http.middleware.requestid"}]}"#) == [
                    "valid": true
                ])
            let broken = try await check("modules:\n  - {name: a, type: http.servr}\n")
            #expect(broken["valid"]?.boolValue == false)
            #expect(broken["errors"]?[0]?.stringValue?.contains("did you mean \"http.server\"?") == true)
            #expect(broken["issues"]?[0]?["line"]?.intValue == 2)
            #expect(try await check("a: [")["valid"]?.boolValue == false)
            #expect(try await check("")["valid"]?.boolValue == false)
        }
    }

    @Test func `answers about a configuration tell nothing of the environment`() async throws {
        let variables = [
            "SUPER_SECRET": "hunter2-hunter2", "PORT": "8443", "OTHER_PORT": "8443", "TIME": "20s", "WHERE": ":8080",
        ]
        try await withManagement(variables: variables) { app async throws in
            func check(_ address: String, _ more: String = "") async throws -> RawResponse {
                let body =
                    web.replacing("{address: \"127.0.0.1:0\"}", with: "\n      address: \"\(address)\"\(more)") + """
                          - {name: hello, type: http.handler}
                        workflows:
                          http: {routes: [{method: GET, path: /, handler: hello}]}
                        """
                return try await send(app, "POST", "/api/workflow/validate", headers: authorization, body: body)
            }
            let secret = try await check("${SUPER_SECRET}")
            #expect(secret.json["valid"]?.boolValue == false)
            #expect(!secret.text.contains("hunter2"))
            #expect(secret.text.contains("value-of-SUPER_SECRET"))
            #expect(try await check("${MISSING}").text.contains("MISSING is not set"))
            // What would be valid is.
            let more = "\n      readTimeout: ${TIME}\n      maxConnections: ${PORT}"
            #expect(try await check("localhost:${PORT}", more).json == ["valid": true])
            #expect(try await check("${WHERE}").json == ["valid": true])
        }
    }

    @Test func `a configuration that cannot work does not end the process`() async throws {
        try await withManagement { app async throws in
            let body = """
                modules:
                  - {name: limit, type: http.middleware.ratelimit, config: {requestsPerMinute: 0.000000001}}
                """
            let response = try await send(
                app, "POST", "/api/workflow/validate", headers: authorization, body: body)
            #expect(response.json["valid"]?.boolValue == false)
            #expect(response.text.contains("at least one a day"))
        }
    }

    @Test func `values of any form are shown without those whose keys sound secret`() throws {
        let configuration = try ApplicationConfiguration(
            yaml: """
                modules:
                  - name: free
                    type: test.free
                    config:
                      config:
                        apiKey: one
                        DB_PASSWORD: two
                        nested: [{Token: three, credentials: {user: four}, name: visible}]
                        database: "postgres://user:five@host/db"
                      headers: {Authorization: six, Accept: shown}
                """)
        let shown = ConfigurationRedactor(registry: ModuleRegistry([FreeFormModule.self])).redact(configuration)
        let text = shown.jsonString()
        for secret in ["one", "two", "three", "four", "five", "six"] { #expect(!text.contains(secret)) }
        #expect(text.contains("visible"))
        #expect(text.contains("shown"))
    }

    @Test(arguments: [
        "key", "api_key", "secretAccessKey", "x-auth-token", "passwd", "clientSecret", "Cookie", "creds-credential",
    ])
    func `secret keys are known by their names`(key: String) {
        #expect(ConfigurationRedactor.soundsSecret(key))
    }

    @Test(arguments: ["tokenExpiry", "token_ttl", "tokenIssuer", "name", "keyspace", "author", "url", "timeout"])
    func `other keys are not`(key: String) {
        #expect(!ConfigurationRedactor.soundsSecret(key))
    }

    @Test func `tells its health, details only with the token`() async throws {
        try await withManagement { app async throws in
            let open = try await send(app, "GET", "/healthz")
            #expect(open.json == ["status": "healthy"])
            let detailed = try await send(app, "GET", "/healthz", headers: authorization)
            #expect(detailed.json["checks"]?["server listener"]?["status"]?.stringValue == "healthy")
            #expect(try await send(app, "GET", "/readyz").json == ["status": "ready"])
            await app.engine.stop()
            #expect(try await send(app, "GET", "/readyz").status == 503)
            #expect(try await send(app, "GET", "/livez").status == 200)
            #expect(try await send(app, "GET", "/healthz").status == 503)
        }
    }

    @Test(arguments: ["0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0"])
    func `refuses addresses that other machines reach`(address: String) throws {
        let engine = WorkflowEngine(
            configuration: ApplicationConfiguration(), registry: testRegistry, environment: quietEnvironment())
        let application = ManagedApplication(engine: engine, registry: testRegistry)
        var settings = ManagementServer.Configuration(address: try ListenAddress(address), token: Self.token)
        #expect(throws: WorkflowError.self) {
            try ManagementServer(configuration: settings, application: application, logger: .quiet)
        }
        settings.allowsRemoteAccess = true
        _ = try ManagementServer(configuration: settings, application: application, logger: .quiet)
        settings.token = "short"
        #expect(throws: WorkflowError.self) {
            try ManagementServer(configuration: settings, application: application, logger: .quiet)
        }
    }

    @Test func `tokens are compared whole`() {
        #expect(ManagementGuard.isEqual(Array("abc".utf8), Array("abc".utf8)))
        #expect(!ManagementGuard.isEqual(Array("abcabc".utf8), Array("abc".utf8)))
        #expect(!ManagementGuard.isEqual([], Array("abc".utf8)))
        #expect(!ManagementGuard.isEqual([], []))
    }
}

/// Takes a configuration of any form.
private struct FreeFormModule: WorkflowModule {
    struct Configuration: ConfigurationObject {
        var config = JSONValue.object([:])
        var headers: [String: String] = [:]

        static let fields: [ConfigurationField<Self>] = [
            .init("config", \.config, "Anything."), .init("headers", \.headers, "Text."),
        ]
    }

    static let descriptor = ModuleDescriptor(type: "test.free", summary: "Takes anything.")

    init(configuration: Configuration, context: ModuleContext) {}
}
