import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import WorkflowCore

/// A server with something to look at, and `wfctl` beside it.
final class OperateFixture: Sendable {
    /// An answer of the server.
    struct Answer {
        let status: Int
        let etag: String?
        let replayed: Bool
        let text: String
        var json: JSONValue { get throws { try JSONValue(parsing: text) } }
    }

    static let application = """
        modules:
          - {name: web, type: http.server, config: {address: "127.0.0.1:0"}}
          - {name: router, type: http.router}
          - {name: tickets, type: api.handler, config: {resourceName: tickets, workflowType: flow}}
          - {name: engine, type: statemachine.engine}
          - {name: events, type: messaging.broker, config: {maxDeliveries: 1}}
          - {name: reader, type: data.transformer, config: {operations: [{extract: {path: not.there}}]}}
          - {name: integrations, type: integration.registry, config: {expose: true}}
        workflows:
          http:
            routes:
              - {method: "*", path: /tickets, handler: tickets}
              - {method: PUT, path: "/tickets/{id}/transition", handler: tickets}
          statemachine:
            definitions:
              - name: flow
                initialState: open
                states: {open: {}, held: {}, closed: {isFinal: true}}
                transitions:
                  hold: {fromState: open, toState: held}
                  close: {fromState: held, toState: closed}
                  skip: {fromState: open, toState: closed, condition: "data.force == true"}
          messaging:
            subscriptions: [{topic: notes, handler: reader}]
          integration:
            registry: integrations
            connectors:
              - {name: nowhere, type: http, config: {baseURL: "http://127.0.0.1:1"}}
            workflows:
              ping:
                steps:
                  - {name: get, connector: nowhere, action: GET /}
        triggers:
          http:
            routes: [{method: POST, path: /notes, workflow: messaging, action: notes}]

        """

    let control: ControlFixture
    let server: Program
    /// The address of the management API.
    let url: String

    /// Starts a server.
    convenience init() async throws {
        let control = try ControlFixture()
        let (server, url) = try await control.serve(Self.application)
        self.init(control, server, url)
    }

    private init(_ control: ControlFixture, _ server: Program, _ url: String) {
        (self.control, self.server, self.url) = (control, server, url)
    }

    /// Ends the server, and starts another one in its place.
    func restarted() async throws -> OperateFixture {
        try await stop()
        let next = try Program(
            "wfserver", ["run", "app.yaml", "--management-address", url.replacing("http://", with: "")],
            in: control.folder)
        try await eventually("the server is ready again") { next.standardOutput.contains("token in") }
        return OperateFixture(control, next, url)
    }

    /// Ends the server.
    func stop() async throws {
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    /// Runs `wfctl` on the server.
    func wfctl(_ arguments: String..., environment: [String: String] = [:]) async throws
        -> ControlFixture.Result
    {
        try await wfctl(arguments, environment: environment)
    }

    /// Runs `wfctl` on the server.
    func wfctl(_ arguments: [String], environment: [String: String] = [:]) async throws
        -> ControlFixture.Result
    {
        let program = try Program(
            "wfctl", arguments, in: control.folder,
            environment: self.environment.merging(environment) { $1 })
        let status = try await program.exitStatus()
        return ControlFixture.Result(
            status: status, output: program.standardOutput, errors: program.standardError)
    }

    private var environment: [String: String] {
        [
            "WFCTL_SERVER": url, "WFCTL_TOKEN": "", "WFCTL_CONTEXT": "",
            "XDG_CONFIG_HOME": "\(control.folder)/config",
        ]
    }

    /// Starts `wfctl` on the server, for a command that goes on.
    func follow(_ arguments: String...) throws -> Program {
        try Program("wfctl", arguments, in: control.folder, environment: environment)
    }

    /// Makes a request to the application.
    @discardableResult
    func post(_ path: String, _ json: JSONValue, method: String = "POST") async throws -> Answer {
        let line = server.standardOutput.firstMatch(of: #/listener +(http://127\.0\.0\.1:\d+)/#)
        return try await send(method, String(try #require(line).1) + path, json)
    }

    /// Makes a request to the management API.
    func manage(
        _ method: String, _ path: String, _ json: JSONValue? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        let token = try String(
            contentsOfFile: "\(control.folder)/.workflow/management-token", encoding: .utf8)
        let all = headers.merging(["authorization": "Bearer \(token.trimmingCharacters(in: .newlines))"]
        ) { $1 }
        return try await send(method, "\(url)/api/workflow\(path)", json, headers: all)
    }

    private func send(
        _ method: String, _ url: String, _ json: JSONValue?, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let json {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: json.jsonString()))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        return Answer(
            status: Int(response.status.code), etag: response.headers.first(name: "etag"),
            replayed: response.headers.first(name: "idempotency-replayed") == "true",
            text: String(buffer: body))
    }
}
