import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("http.proxy: what is passed on", .timeLimit(.minutes(1)))
struct ProxyForwardingTests {
    @Test func `a request goes to the backend of its path`() async throws {
        func named(_ name: String) -> ClosureHandler {
            ClosureHandler { .text("\(name) \($0.method.rawValue) \($0.path)?\($0.query ?? "")") }
        }
        try await withServer(named("users")) { users async throws in
            try await withServer(named("other")) { other async throws in
                let yaml = """
                    backend_services:
                      users: http://127.0.0.1:\(users.port)/v1/
                      other: http://127.0.0.1:\(other.port)
                    routes:
                      /api/users/*: users
                      /exact: users
                    default_backend: other
                    """
                try await withProxy(yaml) { app async throws in
                    #expect(try await app.get("/api/users/7?a=b").text == "users GET /v1/api/users/7?a=b")
                    #expect(try await app.send("DELETE", "/api/users").text == "users DELETE /v1/api/users?")
                    #expect(try await app.get("/exact").text == "users GET /v1/exact?")
                    #expect(try await app.get("/exact/not").text == "other GET /exact/not?")
                    #expect(try await app.get("/a%2Fb/%C3%A4").text == "other GET /a%2Fb/%C3%A4?")
                    #expect(try await app.send("PROPFIND", "/x").text == "other PROPFIND /x?")
                }
            }
        }
    }

    @Test func `a route of the configuration that names the proxy stands for its own`() async throws {
        let backend = ClosureHandler { .text("backend \($0.path)") }
        try await withServer(backend) { server async throws in
            let yaml = """
                  - name: gateway
                    type: http.proxy
                    config:
                      backendServices: {api: "http://127.0.0.1:\(server.port)"}
                      defaultBackend: api
                workflows:
                  http:
                    routes:
                      - {method: GET, path: "/api/{path...}", handler: gateway}
                """
            try await withApplication(web + yaml) { app async throws in
                #expect(try await app.get("/api/x").text == "backend /api/x")
                #expect(try await app.get("/other").status == 404)
                #expect(try await app.send("POST", "/api/x").status == 405)
            }
        }
    }

    @Test func `the request gets the fields of a proxy and loses those of its connection`() async throws {
        try await withRawBackend { app, backend async throws in
            async let response = app.get(
                "/x",
                headers: [
                    "connection: x-private, keep-alive", "x-private: 1", "keep-alive: timeout=5", "te: trailers",
                    "proxy-authorization: secret", "x-forwarded-for: 9.9.9.9", "x-forwarded-proto: https",
                    "x-forwarded-host: evil", "x-real-ip: 9.9.9.9", "forwarded: for=9.9.9.9", "via: 1.0 first",
                    "traceparent: 00-abc-def-01", "x-other: kept", "trailer: x",
                ])
            let peer = try await backend.accept()
            let head = try await peer.head()
            try await peer.answer("ok")
            #expect(try await response.text == "ok")
            #expect(head.first == "get /x http/1.1")
            #expect(
                Set(head.dropFirst()) == [
                    "host: 127.0.0.1:\(backend.port)", "traceparent: 00-abc-def-01", "x-other: kept",
                    "x-forwarded-for: 127.0.0.1", "x-forwarded-proto: http", "x-forwarded-host: test",
                    "via: 1.0 first, 1.1 workflow",
                ])
        }
    }

    @Test func `TRACE and CONNECT are not passed on, with a body or without`() async throws {
        let calls = TestCounter()
        let backend = ClosureHandler { _ in
            calls.increment()
            return .text("passed on")
        }
        try await withServer(backend) { server async throws in
            let yaml = "{backendServices: {api: \"http://127.0.0.1:\(server.port)\"}, defaultBackend: api}"
            try await withProxy(yaml) { app async throws in
                let smuggled = "GET /admin HTTP/1.1\r\nhost: a\r\n\r\n"
                for (head, status) in [
                    ("TRACE /x HTTP/1.1\r\nhost: a\r\ncontent-length: \(smuggled.utf8.count)\r\n\r\n\(smuggled)", 400),
                    ("TRACE /x HTTP/1.1\r\nhost: a\r\n\r\n", 405), ("CONNECT /x HTTP/1.1\r\nhost: a\r\n\r\n", 501),
                ] {
                    let connection = try await RawConnection.open(port: app.port)
                    try await connection.send(head)
                    #expect(try await connection.response().status == status, "\(head.prefix(8))")
                    // The server may have closed it already.
                    try? await connection.close()
                }
                #expect(calls.value == 0)
            }
        }
    }

    @Test func `fields that say where a request came from are the proxy's own`() async throws {
        let backend = ClosureHandler { request in
            .text(request.headers.map { $0.name.canonicalName }.filter { $0.hasPrefix("x") }.joined(separator: ","))
        }
        try await withServer(backend) { server async throws in
            let yaml = "{backendServices: {api: \"http://127.0.0.1:\(server.port)\"}, defaultBackend: api}"
            try await withProxy(yaml) { app async throws in
                let connection = try await RawConnection.open(port: app.port)
                try await connection.send(
                    "GET / HTTP/1.1\r\nhost: a\r\nX_Forwarded_For: 6.6.6.6\r\nX-Forwarded-Port: 99\r\nX-Own: 1\r\n\r\n")
                #expect(
                    try await connection.response().text == "x-own,x-forwarded-for,x-forwarded-proto,x-forwarded-host")
                try await connection.close()
            }
        }
    }

    @Test func `proxies that the server trusts tell who the client is`() async throws {
        try await withRawBackend(
            "trustForwarded: true\npreserveHost: true", server: ", trustedProxies: [127.0.0.1]"
        ) { app, backend async throws in
            async let response = app.get(
                "/", headers: ["x-forwarded-for: 6.6.6.6, 9.9.9.9", "x-forwarded-proto: https"])
            let peer = try await backend.accept()
            let head = try await peer.head()
            try await peer.answer("ok")
            _ = try await response
            #expect(head.contains("x-forwarded-for: 9.9.9.9"))
            #expect(head.contains("x-forwarded-proto: https"))
            #expect(head.contains("host: test"))
        }
    }

    @Test func `only the listed fields are passed on`() async throws {
        try await withRawBackend("forwardHeaders: [Authorization]\ntenantIdHeader: X-Tenant-ID") {
            app, backend async throws in
            async let response = app.send(
                "POST", "/",
                headers: [
                    "authorization: Bearer t", "x-tenant-id: acme", "cookie: a=b", "content-type: text/plain",
                ], body: "hello")
            let peer = try await backend.accept()
            let head = try await peer.head()
            try await peer.answer("ok")
            _ = try await response
            #expect(
                Set(head.dropFirst()) == [
                    "host: 127.0.0.1:\(backend.port)", "authorization: bearer t", "x-tenant-id: acme",
                    "content-type: text/plain", "content-length: 5", "x-forwarded-for: 127.0.0.1",
                    "x-forwarded-proto: http", "x-forwarded-host: test", "via: 1.1 workflow",
                ])
        }
    }

    @Test func `the response loses the fields of its connection, and redirects are passed back`() async throws {
        try await withRawBackend { app, backend async throws in
            async let response = app.get("/")
            let peer = try await backend.accept()
            _ = try await peer.head()
            try await peer.answer(
                "", status: "302 Found",
                headers: "location: http://elsewhere/\r\nconnection: x-hop\r\nx-hop: 1\r\nkeep-alive: timeout=9\r\n"
                    + "trailer: x\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n")
            let received = try await response
            #expect(received.status == 302)
            #expect(received["location"] == "http://elsewhere/")
            #expect(received.count(of: "set-cookie") == 2)
            for name in ["x-hop", "keep-alive", "trailer", "connection"] { #expect(received[name] == nil) }
        }
    }

    @Test func `responses without a body tell the length that it would have`() async throws {
        let handler = ClosureHandler { request in
            request.path == "/304" ? ServerResponse(status: .notModified) : .text("12345")
        }
        try await withServer(handler) { server async throws in
            try await withProxy(
                "backendServices: {api: \"http://127.0.0.1:\(server.port)\"}\ndefaultBackend: api"
            ) { app async throws in
                let head = try await app.send("HEAD", "/")
                #expect(head.status == 200)
                #expect(head["content-length"] == "5")
                #expect(try await app.get("/304").status == 304)
            }
        }
    }

    @Test func `connections are used again`() async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            var peer: RawPeer?
            for number in 0..<3 {
                try await client.send("GET /\(number) HTTP/1.1\r\nhost: t\r\n\r\n")
                if peer == nil { peer = try await backend.accept() }
                #expect(try await peer?.head().first == "get /\(number) http/1.1")
                try await peer?.answer("answer \(number)")
                #expect(try await client.response().text == "answer \(number)")
            }
            #expect(backend.connectionCount == 1)
        }
    }

    @Test func `several targets take turns`() async throws {
        func named(_ name: String) -> ClosureHandler { ClosureHandler { _ in .text(name) } }
        try await withServer(named("a")) { first async throws in
            try await withServer(named("b")) { second async throws in
                let yaml = """
                    backendServices: {api: ["http://127.0.0.1:\(first.port)", "http://127.0.0.1:\(second.port)"]}
                    defaultBackend: api
                    """
                try await withProxy(yaml) { app async throws in
                    var answers: [String] = []
                    for _ in 0..<4 { answers.append(try await app.get("/").text) }
                    #expect(answers == ["a", "b", "a", "b"])
                }
            }
        }
    }

    @Test func `requests are counted by backend and status`() async throws {
        let environment = quietEnvironment()
        try await withRawBackend(environment: environment) { app, backend async throws in
            async let response = app.get("/")
            let peer = try await backend.accept()
            _ = try await peer.head()
            try await peer.answer("no", status: "404 Not Found")
            #expect(try await response.status == 404)
            let text = String(decoding: environment.metrics.registry.render(), as: UTF8.self)
            #expect(text.contains("proxy_requests_total{backend=\"api\",status=\"404\"} 1"))
            #expect(text.contains("proxy_upstream_duration_seconds_count{backend=\"api\"} 1"))
        }
    }
}
