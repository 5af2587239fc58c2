import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("http.middleware.ratelimit")
struct RateLimitMiddlewareTests {
    private func app(_ config: String) -> String {
        web + """
              - {name: hello, type: http.handler}
              - {name: tokens, type: test.tokens}
              - {name: auth, type: http.middleware.auth}
              - {name: limit, type: http.middleware.ratelimit, config: \(config)}
            workflows:
              http:
                routes:
                  - {method: GET, path: /a, handler: hello, middlewares: [limit]}
                  - {method: GET, path: /me, handler: hello, middlewares: [auth, limit]}
            """
    }

    @Test func `a bucket starts full and refills with time`() async throws {
        let clock = TestClock()
        let environment = quietEnvironment(clock: clock)
        try await withApplication(app("{requestsPerMinute: 60, burstSize: 3}"), environment: environment) {
            app async throws in
            for remaining in ["2", "1", "0"] {
                let response = try await app.get("/a")
                #expect(response.status == 200)
                #expect(response["ratelimit-limit"] == "3")
                #expect(response["ratelimit-remaining"] == remaining)
            }
            let refused = try await app.get("/a")
            #expect(refused.status == 429)
            #expect(refused["retry-after"] == "1")
            #expect(refused["ratelimit-remaining"] == "0")
            #expect(refused.json["error"]?.stringValue == "Rate limit exceeded")
            #expect(refused["content-type"] == "application/problem+json")
            clock.advance(by: .seconds(1))
            #expect(try await app.get("/a").status == 200)
            #expect(try await app.get("/a").status == 429)
            clock.advance(by: .seconds(60))
            #expect(try await app.get("/a")["ratelimit-remaining"] == "2")
        }
    }

    @Test func `the forwarded address counts behind a trusted proxy only`() async throws {
        let config = "{burstSize: 1, trustedProxies: [\"127.0.0.0/8\", \"10.0.0.1\"]}"
        try await withApplication(app(config), environment: quietEnvironment(clock: TestClock())) { app async throws in
            func status(_ forwarded: String) async throws -> Int {
                try await app.get("/a", headers: ["x-forwarded-for: \(forwarded)"]).status
            }
            #expect(try await status("203.0.113.1") == 200)
            #expect(try await status("203.0.113.2") == 200)
            #expect(try await status("203.0.113.1") == 429)
            #expect(try await status("198.51.100.9, 203.0.113.1, 10.0.0.1") == 429)
            #expect(try await status("2001:db8::1") == 200)
            #expect(try await status("2001:db8::2") == 429)
        }
        let untrusting = app("{burstSize: 1}")
        try await withApplication(untrusting, environment: quietEnvironment(clock: TestClock())) { app async throws in
            #expect(try await app.get("/a", headers: ["x-forwarded-for: 203.0.113.1"]).status == 200)
            #expect(try await app.get("/a", headers: ["x-forwarded-for: 203.0.113.2"]).status == 429)
        }
    }

    @Test(arguments: ["{requestsPerMinute: 0.0007, burstSize: 2}", "{requestsPerMinute: 60000000, burstSize: 1000000}"])
    func `the bounds of the settings work`(config: String) async throws {
        try await withApplication(app(config)) { app async throws in
            #expect(try await app.get("/a").status == 200)
        }
    }

    @Test(arguments: [("server", ""), ("", "unix"), ("", "")])
    func `the client behind a proxy on a unix socket counts when that is trusted`(
        server: String, limit: String
    ) async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory.path)/server.sock"
            let trusted = server.isEmpty ? "" : ", trustedProxies: [unix]"
            let yaml = app("{burstSize: 1, trustedProxies: [\(limit)]}").replacing(
                "\"127.0.0.1:0\"", with: "\"unix:\(path)\"\(trusted)")
            let environment = quietEnvironment(clock: TestClock())
            try await withTestEngine(yaml, registry: testRegistry, environment: environment) { _ in
                let connection = try await RawConnection.open(unixSocket: path)
                func status(_ forwarded: String) async throws -> Int {
                    try await connection.send("GET /a HTTP/1.1\r\nhost: t\r\nx-forwarded-for: \(forwarded)\r\n\r\n")
                    return try await connection.response().status
                }
                #expect(try await status("203.0.113.1") == 200)
                #expect(try await status("203.0.113.1") == 429)
                #expect(try await status("203.0.113.2") == (server + limit == "" ? 429 : 200))
                try await connection.close()
            }
        }
    }

    @Test func `users have buckets of their own`() async throws {
        let yaml = app("{burstSize: 1, key: principal}")
        try await withApplication(yaml, environment: quietEnvironment(clock: TestClock())) { app async throws in
            #expect(try await app.get("/a").status == 200)
            #expect(try await app.get("/me", headers: ["authorization: Bearer good"]).status == 200)
            #expect(try await app.get("/me", headers: ["authorization: Bearer good"]).status == 429)
            #expect(try await app.get("/a").status == 429)
        }
    }

    @Test func `the buckets outlive a generation that another one follows`() async throws {
        let environment = quietEnvironment(clock: TestClock())
        let configuration = try ApplicationConfiguration(yaml: app("{burstSize: 1}"))
        let first = WorkflowEngine(configuration: configuration, registry: testRegistry, environment: environment)
        let second = WorkflowEngine(configuration: configuration, registry: testRegistry, environment: environment)
        try await first.start()
        let port = try first.service(HTTPServerModule.self).port ?? 0
        #expect(try await TestApplication(engine: first, port: port).get("/a").status == 200)
        try await second.start()
        await first.stop()
        #expect(try await TestApplication(engine: second, port: port).get("/a").status == 429)
        await second.stop()
    }

    @Test func `memory is bounded, and full buckets go first`() {
        let buckets = RateLimitBuckets(limit: 64 * 8)
        let minute: Int64 = 60_000_000_000
        for client in 0..<20_000 {
            _ = buckets.take("10.0.\(client / 256).\(client % 256)", now: 0, interval: minute, burst: 2)
        }
        #expect(buckets.count <= 64 * 8)
        for client in 0..<20_000 {
            _ = buckets.take("10.1.\(client / 256).\(client % 256)", now: 3 * minute, interval: minute, burst: 2)
        }
        #expect(buckets.count <= 64 * 8)
    }

    @Test func `a client in debt is not forgotten for one with a full bucket`() {
        let buckets = RateLimitBuckets(limit: 1)
        for _ in 0..<5 { _ = buckets.take("debtor", now: 0, interval: 1000, burst: 5) }
        for client in 0..<1000 { _ = buckets.take("other-\(client)", now: 0, interval: 1, burst: 5) }
        #expect(!buckets.take("debtor", now: 10, interval: 1000, burst: 5).isAllowed)
    }

    @Test(arguments: [
        ("{requestsPerMinute: 0}", "must be greater than 0"), ("{burstSize: 0}", "must be at least 1"),
        ("{requestsPerMinute: 0.000000001}", "at least one a day"), ("{requestsPerMinute: 1e9}", "at most 60000000"),
        ("{requestsPerMinute: 0.001, burstSize: 1000000}", "more than a year to fill"),
        ("{key: user}", "must be one of ip, principal"), ("{trustedProxies: [proxy]}", "\"proxy\" is neither"),
        ("{trustedProxies: [10.0.0.0/33]}", "is neither"),
    ])
    func `wrong settings are named`(config: String, reason: String) async {
        #expect(await problems(of: app(config)).contains(reason))
    }
}

@Suite("Rate limit buckets")
struct RateLimitBucketsTests {
    @Test func `decisions are exact at the edges`() {
        let buckets = RateLimitBuckets()
        #expect(
            buckets.take("a", now: 0, interval: 10, burst: 2)
                == RateLimitBuckets.Decision(isAllowed: true, remaining: 1, wait: 10))
        #expect(buckets.take("a", now: 0, interval: 10, burst: 2).remaining == 0)
        #expect(
            buckets.take("a", now: 9, interval: 10, burst: 2)
                == RateLimitBuckets.Decision(isAllowed: false, remaining: 0, wait: 1))
        #expect(buckets.take("a", now: 10, interval: 10, burst: 2).isAllowed)
    }

    @Test func `amounts that do not fit are taken as the greatest that do`() {
        let buckets = RateLimitBuckets()
        for _ in 0..<3 {
            let decision = buckets.take("a", now: .max / 4, interval: .max, burst: .max)
            #expect(decision.wait >= 0)
            #expect(buckets.take("b", now: 0, interval: .max / 2, burst: 1_000_000).wait >= 0)
        }
    }
}
