import HTTPTypes
import Logging
import Synchronization
import Testing
import WorkflowCore

@testable import WorkflowHTTP

@Suite("http.middleware.requestid, securityheaders and logging")
struct HeaderMiddlewareTests {
    private func app(_ modules: String, middlewares: String) -> String {
        web + """
              - {name: echo, type: test.echo}
              - {name: failing, type: test.failing}
              \(modules)
            workflows:
              http:
                routes:
                  - {method: GET, path: /echo, handler: echo, middlewares: \(middlewares)}
                  - {method: GET, path: /fail, handler: failing, middlewares: \(middlewares)}
            """
    }

    @Test func `identifiers are kept when they are sane, and made otherwise`() async throws {
        let yaml = app("- {name: rid, type: http.middleware.requestid}", middlewares: "[rid]")
        try await withApplication(yaml) { app async throws in
            let kept = try await app.get("/echo", headers: ["x-request-id: trace-1/a.b:c"])
            #expect(kept["x-request-id"] == "trace-1/a.b:c")
            #expect(kept.json["requestID"]?.stringValue == "trace-1/a.b:c")
            for bad in ["a b", "<script>", String(repeating: "a", count: 129), "\"q\""] {
                let made = try await app.get("/echo", headers: ["x-request-id: \(bad)"])
                #expect(made["x-request-id"]?.utf8.count == 36)
                #expect(made.count(of: "x-request-id") == 1)
            }
            let failed = try await app.get("/fail?status=404", headers: ["x-request-id: e-1"])
            #expect(failed.status == 404)
            #expect(failed["x-request-id"] == "e-1")
        }
    }

    @Test func `identifiers from outside may be distrusted`() async throws {
        let yaml = app(
            "- {name: rid, type: http.middleware.requestid, config: {trustIncoming: false, header: X-Trace}}",
            middlewares: "[rid]")
        try await withApplication(yaml) { app async throws in
            let response = try await app.get("/echo", headers: ["x-trace: mine"])
            #expect(response["x-trace"]?.utf8.count == 36)
        }
    }

    @Test func `security header fields stand on answers and on errors`() async throws {
        let yaml = app("- {name: sec, type: http.middleware.securityheaders}", middlewares: "[sec]")
        try await withApplication(yaml) { app async throws in
            for path in ["/echo", "/fail?status=403", "/fail"] {
                let response = try await app.get(path)
                #expect(response["content-security-policy"]?.contains("default-src 'self'") == true)
                #expect(response["x-content-type-options"] == "nosniff")
                #expect(response["x-frame-options"] == "DENY")
                #expect(response["referrer-policy"] == "strict-origin-when-cross-origin")
                #expect(response["permissions-policy"]?.contains("camera=()") == true)
                #expect(response["cross-origin-opener-policy"] == "same-origin")
                #expect(response["cross-origin-resource-policy"] == "same-origin")
                #expect(response["strict-transport-security"] == nil)
            }
        }
    }

    @Test func `strict transport security is sent over TLS only`() async throws {
        let yaml = app("- {name: sec, type: http.middleware.securityheaders}", middlewares: "[sec]")
        try await withApplication(yaml) { app async throws in
            let middleware = try app.engine.service(SecurityHeadersMiddleware.self)
            let request = ServerRequest(method: .get, target: "/", isSecure: true)
            let response = try await middleware.handle(request, next: ClosureHandler { _ in .text("a") })
            #expect(response.headers[.strictTransportSecurity] == "max-age=31536000; includeSubDomains")
        }
    }

    @Test func `each security header field can be changed or left out`() async throws {
        let yaml = app(
            "- {name: sec, type: http.middleware.securityheaders, config: {frameOptions: \"\", csp: \"default-src 'none'\"}}",
            middlewares: "[sec]")
        try await withApplication(yaml) { app async throws in
            let response = try await app.get("/echo")
            #expect(response["x-frame-options"] == nil)
            #expect(response["content-security-policy"] == "default-src 'none'")
        }
    }

    @Test func `a broken value is refused`() async {
        let yaml = app(
            "- {name: sec, type: http.middleware.securityheaders, config: {csp: \"a\\nb\"}}", middlewares: "[sec]")
        #expect(await problems(of: yaml).contains("a character that a header field cannot have"))
    }

    @Test func `field that is there already stays`() {
        var headers: HTTPFields = [.xFrameOptions: "SAMEORIGIN", .contentType: "text/plain"]
        headers.appendMissing([.xFrameOptions: "DENY", .referrerPolicy: "no-referrer"])
        #expect(headers[.xFrameOptions] == "SAMEORIGIN")
        #expect(headers[.referrerPolicy] == "no-referrer")
    }

    @Test func `one line is logged for each request, without its query`() async throws {
        let lines = SharedValue<[String]>([])
        var environment = quietEnvironment()
        environment.logger = Logger(label: "test") { _ in LineHandler(lines: lines) }
        let yaml = app(
            """
            - {name: rid, type: http.middleware.requestid}
              - {name: log, type: http.middleware.logging, config: {logLevel: warn}}
            """, middlewares: "[log, rid]")
        try await withApplication(yaml, environment: environment) { app async throws in
            _ = try await app.get("/echo?secret=1", headers: ["x-request-id: r-1"])
            _ = try await app.get("/fail?status=418")
        }
        let requests = lines.value.filter { $0.contains("request ") }
        #expect(requests.count == 2)
        let first = try #require(requests.first)
        for part in ["warning", "http.method=GET", "http.path=/echo ", "http.status=200", "request.id=r-1"] {
            #expect(first.contains(part))
        }
        #expect(first.contains("http.duration_ms="))
        #expect(first.contains("http.response_bytes="))
        #expect(!first.contains("secret"))
        #expect(requests.last?.contains("http.status=418") == true)
    }

    @Test(arguments: [(1_234_567, "1.234"), (0, "0.000"), (12_000_000_000, "12000.000"), (5_000, "0.005")])
    func `durations are written in milliseconds`(nanoseconds: Int, text: String) {
        #expect(LoggingMiddleware.milliseconds(.nanoseconds(nanoseconds)) == text)
    }
}

/// Keeps what is logged as text.
private struct LineHandler: LogHandler {
    let lines: SharedValue<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        lines.update { $0.append("\(event.level) \(event.message) \(pairs) ") }
    }
}
