import Foundation
import NIOHTTP1
import Testing
import WorkflowCore

/// An application that is reloaded while it runs: a `wfserver` process with its file and its management API.
final class ReloadFixture: Sendable {
    static let token = "0123456789abcdef0123456789abcdef"

    let file: String
    let folder: String
    let server: ServerProcess
    /// A client of the application.
    let client: TestClient
    /// A client of the management API.
    let management: TestClient

    /// Writes `app.yaml` into the folder and starts it; state is kept beside it.
    ///
    /// - Parameter text: The configuration; `nil` when the file is there already.
    init(_ text: String?, in folder: String, _ arguments: [String] = []) async throws {
        self.folder = folder
        file = "\(folder)/app.yaml"
        if let text { try Self.save(text, to: file) }
        server = try ServerProcess(
            ["run", file, "--management-address", "127.0.0.1:0"] + arguments,
            environment: ["WORKFLOW_MANAGEMENT_TOKEN": Self.token])
        client = try await TestClient(port: server.port())
        let line = server.standardOutput.firstMatch(of: #/management +http://127\.0\.0\.1:(\d+)//#)
        management = TestClient(port: try #require(line.flatMap { Int($0.1) }), token: Self.token)
    }

    /// Stops the process with SIGTERM and expects that it ends well.
    func stop() async throws {
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    // MARK: - The file

    /// What stands in the file.
    var text: String { get throws { try String(contentsOfFile: file, encoding: .utf8) } }

    /// Replaces the file in one step, as editors do.
    func save(_ text: String) throws { try Self.save(text, to: file) }

    /// Replaces a file beside the configuration in one step.
    func save(_ text: String, as name: String) throws { try Self.save(text, to: "\(folder)/\(name)") }

    static func save(_ text: String, to file: String) throws {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }

    // MARK: - The management API

    func put(
        _ text: String, _ query: String = "", headers: [String: String] = [:]
    ) async throws -> TestClient.Answer {
        try await management.send(
            "PUT", "/api/workflow/config\(query)", body: Array(text.utf8),
            headers: headers.merging(["content-type": "application/yaml"]) { first, _ in first })
    }

    func reload(_ options: JSONValue = [:]) async throws -> TestClient.Answer {
        try await management.send("POST", "/api/workflow/reload", json: options)
    }

    func status() async throws -> JSONValue {
        try #require(try await management.send("GET", "/api/workflow/status").json)
    }

    func lastReload() async throws -> JSONValue { try await status()["lastReload"] ?? .null }

    /// The numbers, sources and statuses of the history, the newest first.
    func history() async throws -> [String] {
        let versions = try await management.send("GET", "/api/workflow/history").json?["versions"]?.arrayValue ?? []
        return versions.map {
            "\($0["version"]?.intValue ?? 0) \($0["source"]?.stringValue ?? "") \($0["status"]?.stringValue ?? "")"
        }
    }

    /// The content type of `GET /hello`, by which the configurations differ.
    func contentType(_ client: TestClient? = nil) async throws -> String {
        let answer = try await (client ?? self.client).send("GET", "/hello")
        return answer.status == 200 ? answer.headers.first(name: "content-type") ?? "" : "status \(answer.status)"
    }

    func eventuallyAnswers(_ contentType: String) async throws {
        try await eventually(within: .seconds(15), "GET /hello answers \(contentType)") {
            try await self.contentType() == contentType
        }
    }
}

/// Configurations to change between.
enum ReloadText {
    /// A handler at `/hello`, and more modules.
    static func hello(_ type: String, address: String = "127.0.0.1:0", modules: [String] = []) -> String {
        """
        modules:
          - {name: web, type: http.server, config: {address: "\(address)"}}
          - {name: router, type: http.router}
          - {name: hello, type: http.handler, config: {contentType: \(type)}}
        \(modules.map { "  - \($0)\n" }.joined())workflows:
          http:
            routes: [{method: GET, path: /hello, handler: hello}]

        """
    }

    /// A proxy with what stands at `port`; it notices within half a second when nothing does.
    static func proxy(to port: Int) -> String {
        #"{name: gate, type: http.proxy, config: {backendServices: {far: "http://127.0.0.1:\#(port)"}, "#
            + "routes: {/far/*: far}, healthCheck: {enabled: true, interval: 100ms, timeout: 1s, path: /healthy}}}"
    }

    /// Tickets with a state machine that clients move: open, then `held`, then closed.
    static func tickets(_ type: String = "text/plain", held: String = "held", modules: [String] = []) -> String {
        let resources = [
            "{name: tickets, type: api.handler, config: {resourceName: tickets, workflowType: flow}}",
            "{name: engine, type: statemachine.engine}",
        ]
        return hello(type, modules: resources + modules)
            .replacing(
                "handler: hello}]",
                with: """
                    handler: hello}, {method: "*", path: /tickets, handler: tickets},
                          {method: "*", path: "/tickets/{id}", handler: tickets},
                          {method: PUT, path: "/tickets/{id}/transition", handler: tickets}]
                      statemachine:
                        definitions:
                          - name: flow
                            initialState: open
                            states: {open: {}, \(held): {}, closed: {isFinal: true}}
                            transitions:
                              hold: {fromState: open, toState: \(held)}
                              close: {fromState: \(held), toState: closed}
                    """)
    }
}

extension TestClient {
    /// Creates a ticket and makes transitions.
    func ticket(_ transitions: String...) async throws -> String {
        let created = try await send("POST", "/tickets", json: ["title": "printer"])
        let id = try #require(created.json?["id"]?.stringValue)
        for name in transitions { #expect(try await transition(id, name) == 200) }
        return id
    }

    func transition(_ id: String, _ name: String) async throws -> Int {
        try await send("PUT", "/tickets/\(id)/transition", json: ["transition": .string(name)]).status
    }

    func state(of id: String, in path: String = "/tickets") async throws -> String? {
        try await send("GET", "\(path)/\(id)").json?["state"]?.stringValue
    }
}
