import Synchronization
import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct ComponentFetchTests {
    /// Answers requests from a table and remembers them.
    private final class Transport: FetchTransport {
        private let answers: [String: FetchResponse]
        private let history = Mutex<[(request: FetchRequest, limit: Int, timeout: Duration)]>([])

        init(_ answers: [String: FetchResponse]) {
            self.answers = answers
        }

        var sent: [(request: FetchRequest, limit: Int, timeout: Duration)] { history.withLock { $0 } }

        func send(_ request: FetchRequest, limit: Int, timeout: Duration) async throws -> FetchResponse {
            history.withLock { $0.append((request, limit, timeout)) }
            return answers[request.url] ?? FetchResponse(status: 404, headers: [], body: [])
        }
    }

    private func fetch(
        _ url: String, _ options: JSONValue = nil,
        hosts: [String] = ["api.example", "*.cdn.example", "localhost:8081"],
        _ transport: Transport = Transport([:]), wallTime: Duration = .seconds(60)
    ) async throws -> JSONValue {
        var limits = ScriptLimits()
        limits.outputSize = 1000
        limits.wallTime = wallTime
        let fetch = ComponentFetch(
            component: "tool", rules: hosts.compactMap { HostRule($0) }, limits: limits, transport: transport)
        return try await fetch(url, options)
    }

    private func redirect(_ status: Int, _ location: String) -> FetchResponse {
        FetchResponse(status: status, headers: [FetchHeader(name: "location", value: location)], body: [])
    }

    @Test func anAnswerHasStatusHeadersAndText() async throws {
        let answer = FetchResponse(
            status: 201,
            headers: [
                FetchHeader(name: "content-type", value: "text/plain"), FetchHeader(name: "x-a", value: "1"),
                FetchHeader(name: "x-a", value: "2"),
            ], body: Array("grüß dich".utf8))
        let transport = Transport(["https://api.example/a?b=c": answer])
        let result = try await fetch(
            "https://api.example/a?b=c",
            ["method": "post", "headers": ["X-Key": "k"], "body": ["n": 1], "timeoutMs": 500], transport)
        #expect(
            result == [
                "status": 201, "ok": true, "headers": ["content-type": "text/plain", "x-a": "1, 2"],
                "body": "grüß dich",
            ])
        let sent = try #require(transport.sent.first)
        #expect(sent.request.method == "POST")
        #expect(sent.request.body == Array(#"{"n":1}"#.utf8))
        #expect(
            sent.request.headers == [
                FetchHeader(name: "x-key", value: "k"), FetchHeader(name: "content-type", value: "application/json"),
            ])
        #expect(sent.limit == 1000)
        #expect(sent.timeout == .milliseconds(500))
    }

    @Test(arguments: [
        "https://api.example/", "http://api.example/", "https://API.EXAMPLE./x", "https://api.example:443/",
        "https://a.cdn.example/", "http://localhost:8081/x",
    ])
    func grantedHostsAreAsked(url: String) async throws {
        #expect(try await fetch(url)["status"] == 404)
    }

    @Test(arguments: [
        "https://evil.example/", "https://api.example.evil.com/", "https://xapi.example/", "https://cdn.example/",
        "https://api.example:8443/", "http://localhost/", "http://127.0.0.1:8081/", "http://api.example:443/",
        "https://evilcdn.example/",
    ])
    func otherHostsAreRefused(url: String) async throws {
        let transport = Transport([:])
        let error = await #expect(throws: WorkflowError.self) { try await fetch(url, nil, transport) }
        #expect(error?.code == .forbidden)
        #expect(error?.message.contains("allow.http") == true)
        #expect(transport.sent.isEmpty)
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://api.example/", "api.example/x", "/x", "", "https://user:pw@api.example/",
        "https://api.example/ x", "https://api.example\\@evil.example/", "https://api.example/\r\nHost: evil",
        "https://",
        "https://api.example@evil.example/",
    ])
    func urlsThatAreNotPlainAreRefused(url: String) async throws {
        let transport = Transport([:])
        let error = await #expect(throws: WorkflowError.self) { try await fetch(url, nil, transport) }
        #expect(error?.code == .invalidInput || error?.code == .forbidden)
        #expect(transport.sent.isEmpty)
    }

    @Test func aRedirectWithinTheHostIsFollowed() async throws {
        let transport = Transport([
            "https://api.example/a": redirect(303, "/b"),
            "https://api.example/b": redirect(307, "https://api.example/c"),
            "https://api.example/c": FetchResponse(status: 200, headers: [], body: [0x6F, 0x6B]),
        ])
        let result = try await fetch("https://api.example/a", ["method": "PUT", "body": "x"], transport)
        #expect(result["body"] == "ok")
        #expect(transport.sent.map(\.request.method) == ["PUT", "GET", "GET"])
        #expect(transport.sent.last?.request.body.isEmpty == true)
    }

    @Test(arguments: [
        "https://evil.example/", "http://api.example/", "//evil.example/", "https://api.example:8443/",
        "https://a.cdn.example/",
    ])
    func aRedirectToAnotherHostIsRefused(location: String) async throws {
        let transport = Transport(["https://api.example/a": redirect(302, location)])
        let error = await #expect(throws: WorkflowError.self) {
            try await fetch("https://api.example/a", nil, transport)
        }
        #expect(error?.code == .forbidden)
        #expect(transport.sent.count == 1)
    }

    @Test func redirectsInACircleEnd() async throws {
        let transport = Transport(["https://api.example/a": redirect(302, "/a")])
        let error = await #expect(throws: WorkflowError.self) {
            try await fetch("https://api.example/a", nil, transport)
        }
        #expect(error?.code == .limitExceeded)
        #expect(transport.sent.count == 6)
    }

    @Test(
        arguments: [
            ["method": "CONNECT"], ["method": "GET\r\nX"], ["headers": ["Host": "evil.example"]],
            ["headers": ["x": "a\r\nb: c"]], ["headers": ["a b": "c"]], ["headers": ["": "c"]], ["headers": ["x": 1]],
            ["headers": ["Transfer-Encoding": "chunked"]], ["headers": ["Content-Length": "5"]], ["timeoutMs": 0],
            ["timeoutMs": "soon"], "text",
        ] as [JSONValue])
    func optionsThatCouldChangeTheRequestAreRefused(options: JSONValue) async throws {
        let transport = Transport([:])
        let error = await #expect(throws: WorkflowError.self) {
            try await fetch("https://api.example/", options, transport)
        }
        #expect(error?.code == .invalidInput)
        #expect(transport.sent.isEmpty)
    }

    @Test func theTimeoutIsBounded() async throws {
        let transport = Transport([:])
        _ = try await fetch("https://api.example/", ["timeoutMs": 1e300], transport, wallTime: .seconds(5))
        _ = try await fetch("https://api.example/", nil, transport)
        #expect(transport.sent.map(\.timeout) == [.seconds(5), .seconds(30)])
    }

    @Test(arguments: ["", "https://a", "a/b", "a:", "a:0", "a:99999", "*.", "a b", "[::1", "user@a"])
    func hostsThatAreNoneAreRefused(text: String) {
        #expect(HostRule(text) == nil)
        #expect(HostRule.problem(text) != nil)
    }

    @Test func anAddressOfSixIsAHost() async throws {
        #expect(try await fetch("http://[::1]:8080/", nil, hosts: ["[::1]:8080"])["status"] == 404)
    }
}
