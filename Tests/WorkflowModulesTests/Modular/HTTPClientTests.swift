import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct HTTPClientTests {
    static let json: @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer = { request in
        switch request.path {
        case "/missing": .init(status: 404, body: Array("no".utf8))
        case "/busy": .init(status: 503)
        case "/away": .init(status: 302, headers: ["Location": "http://other.example/"])
        case "/here": .init(status: 302, headers: ["Location": "/found"])
        case "/large": .init(body: Array(repeating: 0x61, count: 2000))
        default: .init(headers: ["Content-Type": "application/json"], body: Array(#"{"n":1}"#.utf8))
        }
    }

    static func yaml(_ config: String, rest: String = "") -> String {
        """
        modules:
          - {name: client, type: httpclient.modular, config: {\(config)}}
        \(rest)
        """
    }

    private func ask(_ config: String, _ input: JSONValue) async throws -> JSONValue {
        try await TestApplication.run(Self.yaml(config)) { app in
            try await app.engine.service((any ExecutableComponent).self, named: "client").execute(input)
        }
    }

    @Test func anAnswerHasStatusHeadersAndBody() async throws {
        try await LoopbackServer.run(Self.json) { server in
            let config = "baseURL: '\(server.url)/api/', headers: {Authorization: Bearer x, X-A: base}"
            let input: JSONValue = [
                "method": "post", "url": "/orders", "query": ["q": "ä b&", "list": [1, true]],
                "headers": ["x-a": "own"],
                "body": ["id": 7],
            ]
            let answer = try await ask(config, input)
            #expect(answer["statusCode"] == 200 && answer["success"] == true)
            #expect(answer["headers"]?["content-type"] == "application/json")
            #expect(answer["body"] == ["n": 1])
            let request = try #require(server.requests.first)
            #expect(request.method == "POST")
            #expect(request.path == "/api/orders?q=%C3%A4%20b%26&list=1&list=true")
            #expect(request["authorization"] == "Bearer x")
            #expect(request["x-a"] == "own")
            #expect(request.text == #"{"id":7}"#)
        }
    }

    @Test func refusalsAreAnswersAndPromisesOfBetterLuckAreErrors() async throws {
        try await LoopbackServer.run(Self.json) { server in
            let refused = try await ask("baseURL: '\(server.url)'", ["url": "missing"])
            #expect(refused["statusCode"] == 404 && refused["success"] == false && refused["body"] == "no")
            let error = await #expect(throws: WorkflowError.self) {
                try await ask("baseURL: '\(server.url)'", ["url": "busy"])
            }
            #expect(error?.code == .unavailable)
            #expect(error?.message == "127.0.0.1:\(server.port) answers with the status 503.")
        }
    }

    @Test func redirectsAreFollowedWithinOneHostOnly() async throws {
        try await LoopbackServer.run(Self.json) { server in
            let here = try await ask("baseURL: '\(server.url)'", ["url": "here"])
            #expect(here["body"] == ["n": 1])
            let error = await #expect(throws: WorkflowError.self) {
                try await ask("baseURL: '\(server.url)'", ["url": "away"])
            }
            #expect(error?.code == .forbidden)
            #expect(error?.message.contains("redirects are followed within one host only") == true)
        }
    }

    @Test func answersHaveABound() async throws {
        try await LoopbackServer.run(Self.json) { server in
            let error = await #expect(throws: WorkflowError.self) {
                try await ask("baseURL: '\(server.url)', maxResponseSize: 1KB", ["url": "large"])
            }
            #expect(error?.code == .limitExceeded)
        }
    }

    // MARK: Where requests may go

    @Test func withoutHostsPublicAddressesOnlyMayBeAsked() async throws {
        try await LoopbackServer.run(Self.json) { server in
            for host in ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]"] {
                let url = JSONValue.string("http://\(host):\(server.port)/")
                let error = await #expect(throws: WorkflowError.self) { try await ask("", ["url": url]) }
                #expect(error?.code == .forbidden, "\(host): \(String(describing: error))")
            }
            #expect(server.requests.isEmpty)
            let url = JSONValue.string("http://localhost:\(server.port)/")
            for config in ["allowPrivate: true", "allowedAddresses: [127.0.0.0/8, '::1']"] {
                let answer = try await ask(config, ["url": url])
                #expect(answer["statusCode"] == 200)
            }
            #expect(server.requests.count == 2)
        }
    }

    @Test func metadataStaysOutOfReachOfPrivateNetworks() async throws {
        let error = await #expect(throws: WorkflowError.self) {
            try await ask("allowPrivate: true", ["url": "http://169.254.169.254/latest/meta-data/"])
        }
        #expect(error?.code == .forbidden)
    }

    @Test func onlyNamedHostsMayBeAskedAndOnlyThatOfTheBaseGetsTheHeaders() async throws {
        try await LoopbackServer.run(Self.json) { server in
            try await LoopbackServer.run(Self.json) { other in
                let base = "baseURL: '\(server.url)', headers: {Authorization: secret}"
                let url = JSONValue.string(other.url + "/x")
                let error = await #expect(throws: WorkflowError.self) { try await ask(base, ["url": url]) }
                #expect(
                    error?.message
                        == "The HTTP client \"client\" may not ask 127.0.0.1:\(other.port); add \"127.0.0.1:\(other.port)\" to its key allowedHosts."
                )
                #expect(other.requests.isEmpty)
                let answer = try await ask("\(base), allowedHosts: ['127.0.0.1:\(other.port)']", ["url": url])
                #expect(answer["statusCode"] == 200)
                #expect(other.requests.map { $0["authorization"] } == [nil])
                // What begins with two slashes is a path, not a host.
                _ = try await ask(base, ["url": .string("//127.0.0.1:\(other.port)/x")])
                #expect(server.requests.map(\.path) == ["//127.0.0.1:\(other.port)/x"])
            }
        }
    }

    // MARK: Mistakes

    @Test(arguments: [
        ("baseURL: 'ftp://a'", "only http and https URLs can be fetched"),
        ("base_url: 'http://a?x=1'", "must have no query"),
        ("headers: {X-A: b}", "headers are for the host of baseURL, which is missing"),
        ("allowedHosts: ['http://a']", "is not a host"),
        ("allowedAddresses: [10.0.0.0/40]", "\"10.0.0.0/40\" is not a range of addresses"),
        ("timeout: 31s", "must be more than 0 and at most 30s"), ("maxResponseSize: 0", "must be more than 0"),
        ("retries: 3", "unknown key \"retries\""),
    ])
    func settingsThatCannotWorkAreRefusedWithTheirPlace(config: String, message: String) async throws {
        let issues = try await TestApplication.issues(Self.yaml(config))
        #expect(issues.count == 1)
        #expect(issues.first?.hasPrefix("app.yaml:2:") == true, "\(issues)")
        #expect(issues.first?.contains(message) == true, "\(issues)")
    }

    @Test(
        arguments: [
            (["url": 7], "the url of the request is missing"), ("text", "a request is an object"),
            (["url": "x", "query": "a=b"], "the query must be an object"),
            (["url": "x", "headers": ["Host": "a"]], "the header \"host\" is set by the engine"),
            (["url": "x", "timeout": 0], "the timeout must be a positive number of seconds"),
            (["url": "x", "method": "TRACE"], "the method must be one of"),
        ] as [(JSONValue, String)])
    func requestsThatAreNotDescribedWellAreRefused(input: JSONValue, message: String) async throws {
        let error = await #expect(throws: WorkflowError.self) { try await ask("baseURL: 'http://127.0.0.1:1'", input) }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }
}
