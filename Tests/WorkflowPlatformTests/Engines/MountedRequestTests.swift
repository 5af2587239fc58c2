import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Testing
import WorkflowCore
import WorkflowPlatform
import WorkflowTesting

/// Requests below the mount of a workflow.
@Suite struct MountedRequestTests {
    private static let echo = application("type: test.echo", path: "/files/{name...}")

    @Test func `The application sees its own paths and where it is mounted`() async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", Self.echo))
            let answer = try await engines.get(
                "/w/a/files/x%20y/z?q=1", headers: [("x-forwarded-prefix", "/w/stolen"), ("x-request-id", "r-1")])
            #expect(answer.status == 200)
            #expect(answer.json["path"] == "/files/x%20y/z")
            #expect(answer.json["query"] == "q=1")
            #expect(answer.json["prefix"] == "/w/a")
            #expect(try await engines.get("/w/ab/files/x").status == 404)
            #expect(try await engines.get("/files/x").status == 404)
            #expect(try await engines.get("/w/%61/files/x").status == 404)
        }
    }

    @Test func `A mount without its slash leads to the one with it`() async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", Self.echo))
            let answer = try await engines.get("/w/a?x=1")
            #expect(answer.status == 307)
            #expect(answer.header("location") == "/w/a/?x=1")
        }
    }

    @Test(arguments: [
        ("location", "/files/x", "/w/a/files/x"), ("location", "x/y", "x/y"),
        ("location", "//elsewhere/x", "//elsewhere/x"), ("location", "https://elsewhere/x", "https://elsewhere/x"),
        ("set-cookie", "id=1", "id=1; Path=/w/a/"), ("set-cookie", "id=1; Path=/", "id=1; Path=/w/a/"),
        ("set-cookie", "id=1;path=/files; HttpOnly; Domain=example.com", "id=1; Path=/w/a/files; HttpOnly"),
        ("set-cookie", "id=1; Path=/w/b", "id=1; Path=/w/a/w/b"), ("service-worker-allowed", "/", nil),
        ("x-kept", "/", "/"),
    ])
    func `What a header says of the origin is kept to the mount`(
        field: String, value: String, expected: String?
    ) async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", Self.echo))
            let query = value.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let answer = try await engines.get("/w/a/files/x?\(field)=\(query)")
            #expect(answer.status == 200)
            #expect(answer.header(field) == expected)
        }
    }

    @Test func `A host of its own leads to a workflow without a prefix`() async throws {
        try await withEngines { engines in
            var deployed = try deployment("a", Self.echo)
            deployed.mount = try DeploymentMount(hosts: ["Shop.Example"])
            try await engines.manager.deploy(deployed)
            let answer = try await engines.get(
                "/files/x?location=%2Ffiles%2Fy", headers: [("host", "shop.example:\(engines.port)")])
            #expect(answer.json["path"] == "/files/x")
            #expect(answer.json["prefix"] == .null)
            #expect(answer.header("location") == "/files/y")
            #expect(try await engines.get("/files/x").status == 404)
        }
    }

    @Test(arguments: ["/w/a", "/w/a/below", "/w"])
    func `A path that overlaps with that of another workflow is refused`(path: String) async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", saying("first")))
            var second = try deployment("b", saying("second"))
            second.mount = try DeploymentMount(path: path)
            let error = await #expect(throws: DeploymentError.self) { try await engines.manager.deploy(second) }
            #expect(error?.code == .conflict)
            #expect(
                error?.message == "The path \(path) belongs to another workflow, or one below or above it does.")
            #expect(try await engines.get("/w/a/hello").body == "first")
        }
    }

    @Test func `A listener on another port is reached by the port`() async throws {
        let yaml = """
            modules:
              - {name: admin, type: http.server, config: {address: ":8081", router: main}}
              - {name: server, type: http.server, config: {address: ":8080", router: main}}
              - {name: main, type: http.router}
              - {name: echo, type: test.echo}
            workflows:
              http:
                routes: [{method: GET, path: /x, handler: echo}]
            """
        try await withEngines { engines in
            let status = try await engines.manager.deploy(try deployment("a", yaml))
            #expect(status.paths == ["/w/a/", "/w/a/~8080/"])
            #expect(try await engines.get("/w/a/x").json["prefix"] == "/w/a")
            let other = try await engines.get("/w/a/~8080/x")
            #expect(other.json["prefix"] == "/w/a/~8080")
            #expect(other.json["path"] == "/x")
            #expect(try await engines.get("/w/a/~9/x").status == 404)
        }
    }

    @Test func `Webhooks on a port of their own are mounted too`() async throws {
        let yaml = """
            modules:
              - {name: server, type: http.server, config: {address: ":8080"}}
              - {name: main, type: http.router}
              - {name: echo, type: test.echo}
              - {name: integrations, type: integration.registry}
            workflows:
              http:
                routes: [{method: GET, path: /x, handler: echo}]
              integration:
                registry: integrations
                connectors:
                  - {name: hook, type: webhook, config: {path: /hooks/order, port: 9090}}
                  - {name: other, type: http, config: {baseURL: "https://other.example"}}
                workflows:
                  ordered:
                    steps: [{name: tell, connector: other, action: GET /, onError: end}]
            """
        try await withEngines { engines in
            let status = try await engines.manager.deploy(try deployment("a", yaml))
            #expect(status.paths == ["/w/a/", "/w/a/~9090/"])
            #expect(try await engines.get("/w/a/~9090/hooks/order").status == 405)
            #expect(try await engines.get("/w/a/hooks/order").status == 404)
        }
    }

    @Test func `Bodies are limited, whether they tell their length or not`() async throws {
        try await withEngines { engines in
            var limits = DeploymentLimits()
            limits.bodyBytes = 200_000
            try await engines.manager.deploy(try deployment("a", Self.echo, limits: limits))
            let path = "/w/a/files/x"
            let fitting = ByteBuffer(repeating: 65, count: 200_000)
            #expect(try await engines.send(.POST, path, body: .bytes(fitting)).json["bytes"] == 200_000)
            let large = ByteBuffer(repeating: 65, count: 200_001)
            let refused = try await engines.send(.POST, path, body: .bytes(large))
            #expect(refused.status == 413)
            #expect(refused.json["error"] == "The request body is larger than the limit of 200000 bytes.")
            let pieces = [UInt8](repeating: 65, count: 100_000)
            let streamed = try await engines.send(
                .POST, path,
                body: .stream(
                    AsyncStream { stream in
                        for _ in 0..<3 { stream.yield(ByteBuffer(bytes: pieces)) }
                        stream.finish()
                    }, length: .unknown))
            #expect(streamed.status == 413)
        }
    }

    @Test func `Only so many requests are in progress, and others are not affected`() async throws {
        try await withEngines { engines in
            var limits = DeploymentLimits()
            limits.concurrentRequests = 2
            let held = application("type: test.held\n    config: {gate: crowd, says: done}")
            try await engines.manager.deploy(try deployment("a", held, limits: limits))
            try await engines.manager.deploy(try deployment("b", saying("free")))
            async let first = engines.get("/w/a/hello")
            async let second = engines.get("/w/a/hello")
            try await until { HeldRequests.gate("crowd").waitingCount == 2 }
            let third = try await engines.get("/w/a/hello")
            #expect(third.status == 503)
            #expect(third.header("retry-after") == "1")
            #expect(try await engines.get("/w/b/hello").body == "free")
            HeldRequests.gate("crowd").open()
            #expect(try await [first.body, second.body] == ["done", "done"])
            #expect(try await engines.get("/w/a/hello").body == "done")
        }
    }

    @Test func `A handler may take as long as its server allows`() async throws {
        let yaml = application("type: test.held\n    config: {gate: never}")
            .replacing("0.0.0.0:80\"", with: "0.0.0.0:80\", requestTimeout: 20ms")
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", yaml))
            let answer = try await engines.get("/w/a/hello")
            #expect(answer.status == 503)
            #expect(answer.json["error"] == "The handler did not answer in time.")
        }
    }

    @Test func `A workflow counts its own requests by its routes`() async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", Self.echo))
            try await engines.manager.deploy(try deployment("b", saying("x")))
            for _ in 0..<3 { #expect(try await engines.get("/w/a/files/x").status == 200) }
            let exposed = try exposition(engines, "a")
            #expect(
                exposed.contains(#"http_requests_total{method="GET",path="/files/{name...}",status_code="200"} 3"#))
            let other = try exposition(engines, "b")
            #expect(!other.contains("/files/"))
        }
    }

    private func exposition(_ engines: EngineFixture, _ name: String) throws -> String {
        let registry = try #require(engines.manager.metrics(of: workflowID(name)))
        return String(decoding: registry.render(), as: UTF8.self)
    }

    @Test func `Streams go through, and count until they end`() async throws {
        let yaml = """
            modules:
              - {name: server, type: http.server}
              - {name: router, type: http.router}
              - {name: things, type: api.handler, config: {resourceName: things}}
            workflows:
              http:
                routes:
                  - {method: POST, path: /things, handler: things}
                  - {method: GET, path: "/things/{id}", handler: things}
                  - {method: PUT, path: "/things/{id}", handler: things}
            """
        try await withEngines { engines in
            var limits = DeploymentLimits()
            limits.concurrentRequests = 2
            try await engines.manager.deploy(try deployment("a", yaml, limits: limits))
            #expect(try await engines.post("/w/a/things", #"{"id": "t", "n": 1}"#).status == 201)
            for _ in 0..<3 {
                let stream = try await engines.open(.GET, "/w/a/things/t", headers: [("accept", "text/event-stream")])
                #expect(stream.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true)
                var received = ""
                for try await chunk in stream.body {
                    received += String(decoding: chunk.readableBytesView, as: UTF8.self)
                    if received.contains("event: resource") { break }
                }
                #expect(received.contains(#""id":"t""#))
            }
        }
    }

    @Test func `A connection can be upgraded`() async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", application("type: test.upgrading")))
            #expect(try await engines.get("/w/a/hello").status == 426)
            let received = try await exchange(
                port: engines.port,
                "GET /w/a/hello HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n", until: "ping"
            ) {
                $0.contains("\r\n\r\n") ? "ping" : nil
            }
            #expect(received.hasPrefix("HTTP/1.1 101 "))
        }
    }
}
