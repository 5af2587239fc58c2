import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import WorkflowCore

@Suite("The page of wfctl api")
struct OpenAPIPageTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
        try fixture.write(ControlFixture.application, "app.yaml")
        try fixture.write("module.exports = {}\n", "greeter.js")
    }

    private struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let text: String
        var json: JSONValue { get throws { try JSONValue(parsing: text) } }
    }

    /// Starts the page.
    private func serve(_ arguments: String...) async throws -> (program: Program, url: String) {
        let program = try Program("wfctl", ["api", "app.yaml", "--serve", "0"] + arguments, in: fixture.folder)
        try await eventually("the page is there") {
            try #require(program.isRunning, "\(program.standardError)")
            return program.standardOutput.hasSuffix("/\n")
        }
        return (program, String(program.standardOutput.dropLast(2)))
    }

    private func send(
        _ method: HTTPMethod, _ url: String, headers: [(String, String)] = [], body: JSONValue? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body.jsonBytes())) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 1 << 22)
        return Answer(status: Int(response.status.code), headers: response.headers, text: String(buffer: bytes))
    }

    @Test("is served to this machine only, and may load nothing from elsewhere")
    func page() async throws {
        let (program, url) = try await serve("--to", "http://127.0.0.1:1/")
        #expect(url.hasPrefix("http://127.0.0.1:"))
        try await eventually("the page says where requests go") {
            program.standardError.contains("sends requests to http://127.0.0.1:1.")
        }
        let page = try await send(.GET, url + "/")
        #expect(page.status == 200)
        #expect(page.text.contains(#"<meta name="target" content="http://127.0.0.1:1">"#))
        let policy = try #require(page.headers.first(name: "content-security-policy"))
        #expect(policy.hasPrefix("default-src 'none'; script-src 'self';"))
        #expect(!policy.contains("unsafe") && !policy.contains("http"))
        #expect(!page.text.replacing("http://127.0.0.1:1", with: "").contains("//"), "nothing leads elsewhere")
        for path in ["/page.css", "/page.js", "/operation.js", "/answer.js", "/samples.js"] {
            #expect(try await send(.GET, url + path).status == 200)
        }
        #expect(try await send(.GET, url + "/openapi.json").json["openapi"] == "3.1.1")
        #expect(try await send(.GET, url + "/other").status == 404)
        let foreign = try await send(.GET, url + "/", headers: [("Host", "evil.example")])
        #expect(foreign.status == 403)
        program.kill(SIGTERM)
        _ = try await program.exitStatus()
    }

    @Test("sends requests to the application, for the page only")
    func sending() async throws {
        let (server, port) = try await application()
        let (program, url) = try await serve("--to", "http://127.0.0.1:\(port)")
        let wanted: JSONValue = ["method": "GET", "path": "/hello?x=1", "headers": [["Accept", "*/*"]]]
        let refused = try await send(.POST, url + "/send", body: wanted)
        #expect(refused.status == 403)
        #expect(try refused.json["detail"] == "Only the page of this server may make requests; load it again.")
        let page = try await send(.GET, url + "/").text
        let token = String(try #require(page.firstMatch(of: #/request-token" content="([^"]+)"/#)).1)
        let known = [("X-Request-Token", token)]
        let answer = try await send(.POST, url + "/send", headers: known, body: wanted).json
        #expect(answer["status"] == 200)
        #expect(answer["body"]?.stringValue?.contains("hello") == true)
        let created = try await send(
            .POST, url + "/send", headers: known,
            body: [
                "method": "POST", "path": "/tickets", "headers": [["Content-Type", "application/json"]],
                "body": #"{"subject": "x"}"#,
            ]
        ).json
        #expect(created["status"] == 201)
        #expect(try JSONValue(parsing: created["body"]?.stringValue ?? "")["state"] == "open")
        for path in ["//evil.example/", "http://evil.example/", "@evil.example/", "/a b"] {
            let elsewhere = try await send(
                .POST, url + "/send", headers: known, body: ["method": "GET", "path": .string(path)])
            #expect(elsewhere.status == 400)
        }
        let stranger = try await send(
            .POST, url + "/send", headers: known,
            body: ["method": "GET", "path": "/", "server": "http://127.0.0.1:2"])
        #expect(stranger.status == 400)
        #expect(try stranger.json["detail"] == "http://127.0.0.1:2 is no server of the application.")
        server.kill(SIGTERM)
        _ = try await server.exitStatus()
        let gone = try await send(.POST, url + "/send", headers: known, body: wanted)
        #expect(gone.status == 502)
        #expect(
            try gone.json["detail"]?.stringValue?.hasPrefix("No server answers at http://127.0.0.1:\(port).") == true)
        program.kill(SIGTERM)
        _ = try await program.exitStatus()
    }

    @Test("reads the configuration again, and tells what is wrong with it")
    func reload() async throws {
        let (program, url) = try await serve("--to", "http://127.0.0.1:1")
        try fixture.write(ControlFixture.application.replacing("path: /hello", with: "path: /hi"), "app.yaml")
        #expect(try await send(.GET, url + "/openapi.json").json.at("paths", "/hi") != nil)
        try fixture.write(ControlFixture.application.replacing("http.router", with: "http.ruter"), "app.yaml")
        let wrong = try await send(.GET, url + "/openapi.json")
        #expect(wrong.status == 422)
        #expect(try wrong.json["detail"]?.stringValue?.contains("unknown module type") == true)
        program.kill(SIGTERM)
        _ = try await program.exitStatus()
    }

    @Test("needs a port that is free and the address of a server")
    func mistakes() async throws {
        let unknown = try await fixture.run("api", "app.yaml", "--serve", "0")
        #expect(unknown.status == 64)
        #expect(unknown.errors.contains("--to http://127.0.0.1:8080"))
        let wrong = try await fixture.run("api", "app.yaml", "--serve", "0", "--to", "ftp://host")
        #expect(wrong.status == 64)
        #expect(wrong.errors.contains("\"ftp://host\" is not the address of a server."))
        let (program, url) = try await serve("--to", "http://127.0.0.1:1")
        let port = try #require(url.split(separator: ":").last.map(String.init))
        let taken = try await fixture.run("api", "app.yaml", "--serve", port, "--to", "http://127.0.0.1:1")
        #expect(taken.status == 69)
        #expect(taken.errors.contains("The page cannot be served on port \(port)"))
        #expect(taken.errors.contains("--serve 0"))
        program.kill(SIGTERM)
        _ = try await program.exitStatus()
    }

    /// Starts the application, and returns the port that it answers on.
    private func application() async throws -> (server: Program, port: String) {
        let (server, _) = try await fixture.serve()
        var port: String?
        try await eventually("the server says where it listens") {
            port = server.standardOutput.firstMatch(of: #/http://127\.0\.0\.1:(\d+)(?!\d*/api/workflow)/#).map {
                String($0.1)
            }
            return port != nil
        }
        return (server, try #require(port))
    }
}
