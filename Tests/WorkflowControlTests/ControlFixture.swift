import Foundation
import Testing
import WorkflowCore

/// A folder for `wfctl` to work in, with contexts of its own.
final class ControlFixture: Sendable {
    /// What a command printed.
    struct Result {
        let status: Int32
        let output: String
        let errors: String
        var lines: [String] { output.split(separator: "\n").map(String.init) }
        var json: JSONValue { get throws { try JSONValue(parsing: output) } }
    }

    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "wfctl-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            Issue.record("\(folder) cannot be removed: \(error)")
        }
    }

    /// Writes a file.
    func write(_ text: String, _ name: String) throws {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }

    /// Runs `wfctl` to its end.
    func run(
        _ arguments: String..., environment: [String: String] = [:], input: String = ""
    ) async throws -> Result {
        try await run(arguments: arguments, environment: environment, input: input)
    }

    /// Runs `wfctl` to its end.
    func run(
        arguments: [String], environment: [String: String] = [:], input: String = ""
    ) async throws -> Result {
        let plain = ["WFCTL_SERVER": "", "WFCTL_TOKEN": "", "WFCTL_CONTEXT": "", "XDG_CONFIG_HOME": "\(folder)/config"]
        let program = try Program(
            "wfctl", arguments, in: folder, environment: plain.merging(environment) { $1 }, input: input)
        let status = try await program.exitStatus()
        return Result(status: status, output: program.standardOutput, errors: program.standardError)
    }

    /// Starts `wfserver` on `app.yaml`.
    ///
    /// - Returns: The process and the address of its management API.
    func serve(_ text: String = ControlFixture.application) async throws -> (server: Program, url: String) {
        try write(text, "app.yaml")
        try write("module.exports = { execute() { return {answer: 1} } }\n", "greeter.js")
        let server = try Program(
            "wfserver", ["run", "app.yaml", "--management-address", "127.0.0.1:0"], in: folder)
        try await eventually("the server is ready") {
            try #require(server.isRunning, "\(server.standardError)")
            return server.standardOutput.contains("token in")
        }
        let line = server.standardOutput.firstMatch(of: #/management +(http://127\.0\.0\.1:\d+)/#)
        return (server, String(try #require(line).1))
    }

    /// An application with a little of everything.
    static let application = """
        modules:
          - {name: web, type: http.server, config: {address: "127.0.0.1:0"}}
          - {name: router, type: http.router}
          - {name: hello, type: http.handler, config: {contentType: text/plain}}
          - {name: tickets, type: api.handler, config: {resourceName: tickets, workflowType: flow}}
          - {name: engine, type: statemachine.engine}
          - {name: greeter, type: dynamic.component, config: {source: greeter.js}}
        workflows:
          http:
            routes: [{method: GET, path: /hello, handler: hello}, {method: "*", path: /tickets, handler: tickets}]
          statemachine:
            definitions:
              - name: flow
                initialState: open
                states: {open: {}, held: {}, closed: {isFinal: true}}
                transitions:
                  hold: {fromState: open, toState: held}
                  close: {fromState: held, toState: closed}

        """
}
