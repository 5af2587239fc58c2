import Testing
import WorkflowCore

@testable import WorkflowHTTP

@Suite("http.middleware.cors")
struct CORSMiddlewareTests {
    private func app(_ config: String) -> String {
        web + """
              - {name: echo, type: test.echo}
              - {name: failing, type: test.failing}
              - {name: tokens, type: test.tokens}
              - {name: auth, type: http.middleware.auth}
              - {name: cors, type: http.middleware.cors, config: \(config)}
            workflows:
              http:
                routes:
                  - {method: POST, path: "/orders/{id}", handler: echo, middlewares: [auth, cors]}
                  - {method: GET, path: /fail, handler: failing, middlewares: [cors]}
                  - {method: "*", path: /any, handler: echo, middlewares: [auth, cors]}
                  - {method: GET, path: /plain, handler: echo}
            """
    }

    private let strict = """
        {allowedOrigins: ["https://app.example.com"], allowedMethods: [get, POST], allowedHeaders: [Content-Type, X-Own],
         exposedHeaders: [X-Request-ID], allowCredentials: true, maxAge: 10m}
        """

    @Test(arguments: ["/orders/7", "/any"])
    func `a preflight request is answered on every route, without a token`(path: String) async throws {
        try await withApplication(app(strict)) { app async throws in
            let response = try await app.send(
                "OPTIONS", path,
                headers: ["origin: https://app.example.com", "access-control-request-method: POST"])
            #expect(response.status == 204)
            #expect(response["access-control-allow-origin"] == "https://app.example.com")
            #expect(response["access-control-allow-methods"] == "GET, POST")
            #expect(response["access-control-allow-headers"] == "Content-Type, X-Own")
            #expect(response["access-control-allow-credentials"] == "true")
            #expect(response["access-control-max-age"] == "600")
            #expect(response["vary"]?.contains("Origin") == true)
            #expect(response["access-control-expose-headers"] == nil)
        }
    }

    @Test func `a preflight request of another origin gets no permission`() async throws {
        try await withApplication(app(strict)) { app async throws in
            let response = try await app.send(
                "OPTIONS", "/orders/7",
                headers: ["origin: https://evil.example.com", "access-control-request-method: POST"])
            #expect(response.status == 204)
            #expect(response["access-control-allow-origin"] == nil)
            #expect(response["access-control-allow-methods"] == nil)
            #expect(response["vary"]?.contains("Origin") == true)
        }
    }

    @Test func `other OPTIONS requests are answered by the router`() async throws {
        try await withApplication(app(strict)) { app async throws in
            let response = try await app.send("OPTIONS", "/orders/7")
            #expect(response.status == 204)
            #expect(response["allow"] == "OPTIONS, POST")
            #expect(try await app.send("OPTIONS", "/any").status == 401)
        }
    }

    @Test func `answers carry the origin when it is allowed, and always vary`() async throws {
        try await withApplication(app(strict)) { app async throws in
            let headers = ["authorization: Bearer good", "origin: https://app.example.com"]
            let allowed = try await app.send("POST", "/orders/7", headers: headers)
            #expect(allowed.status == 200)
            #expect(allowed["access-control-allow-origin"] == "https://app.example.com")
            #expect(allowed["access-control-expose-headers"] == "X-Request-ID")
            let without = try await app.send("POST", "/orders/7", headers: ["authorization: Bearer good"])
            #expect(without["access-control-allow-origin"] == nil)
            #expect(without["vary"] == "Origin")
            #expect(try await app.get("/plain")["vary"] == nil)
        }
    }

    @Test func `errors carry the origin too`() async throws {
        try await withApplication(app("{}")) { app async throws in
            for (path, status) in [("/fail?status=409", 409), ("/fail", 500)] {
                let response = try await app.get(path, headers: ["origin: https://a.example"])
                #expect(response.status == status)
                #expect(response["access-control-allow-origin"] == "https://a.example")
            }
        }
    }

    @Test func `every requested header is allowed by a star`() async throws {
        try await withApplication(app("{allowedHeaders: [\"*\"]}")) { app async throws in
            let response = try await app.send(
                "OPTIONS", "/orders/7",
                headers: [
                    "origin: https://a.example", "access-control-request-method: POST",
                    "access-control-request-headers: x-one, x-two",
                ])
            #expect(response["access-control-allow-headers"] == "x-one, x-two")
        }
    }

    @Test func `credentials for every origin are refused`() async {
        let problem = await problems(of: app("{allowCredentials: true}"))
        #expect(problem.contains("modules[6].config.allowCredentials"))
        #expect(problem.contains("would let every site act"))
    }

    @Test(arguments: [
        ("https://app.example.com", true), ("https://APP.example.com", true), ("http://app.example.com", false),
        ("https://app.example.com:8443", false), ("https://a.sub.example.com", true),
        ("https://a.b.sub.example.com", true), ("https://sub.example.com", false),
        ("https://evil.com/.sub.example.com", false), ("https://a.sub.example.com.evil.com", false),
        ("https://evilsub.example.com", false), ("http://x.local:3000", true), ("http://x.local", false),
        ("null", false), ("https://.sub.example.com", false),
    ])
    func `origins are compared exactly, wildcards stand for subdomains`(origin: String, isAllowed: Bool) throws {
        let origins = try CORSOrigins(["https://app.example.com", "https://*.sub.example.com", "*.local:3000"])
        #expect(origins.allows(origin) == isAllowed)
    }

    @Test(arguments: ["app.example.com", "https://a.example.com/", "https://*", "https://a.*.com", "https://", "**"])
    func `what is not an origin is refused`(pattern: String) {
        #expect(CORSOrigins.problem(with: pattern) != nil)
    }
}
