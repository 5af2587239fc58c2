import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import WorkflowCore

@Suite("wfctl dev")
struct ProjectDevelopmentTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
    }

    /// Makes a store and runs it.
    private func develop(changed: () throws -> Void = {}) async throws -> (program: Program, url: String) {
        #expect(try await fixture.run("init", "shop", "--template", "store").status == 0)
        try changed()
        let program = try Program(
            "wfctl", ["dev", "--management-address", "127.0.0.1:0"], in: "\(fixture.folder)/shop",
            environment: ["HOST": "127.0.0.1", "PORT": "0"])
        try await eventually("the application is ready") {
            try #require(program.isRunning, "\(program.standardError)")
            return program.standardOutput.contains("Ctrl-C stops.\n")
        }
        let line = program.standardOutput.firstMatch(of: #/listener +(http://127\.0\.0\.1:\d+)/#)
        return (program, String(try #require(line).1))
    }

    private func change(_ file: String, _ old: String, to new: String) throws {
        let path = "\(fixture.folder)/shop/\(file)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(old))
        try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func order(_ id: String, at url: String) async throws {
        var request = HTTPClientRequest(url: "\(url)/orders")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: #"{"id": "\#(id)", "items": {"tea": 1}}"#))
        #expect(try await HTTPClient.shared.execute(request, timeout: .seconds(30)).status == .created)
    }

    private func shows(_ text: String, _ program: Program) async throws {
        try await eventually("it shows: \(text)\n\(program.standardOutput)") { program.standardOutput.contains(text) }
    }

    @Test("shows routes, requests and transitions, and stops at once")
    func events() async throws {
        let (program, url) = try await develop()
        #expect(program.standardOutput.hasPrefix("workflow.yaml runs (10 modules, ready after "))
        #expect(program.standardOutput.contains("  POST /orders -> orders\n"))
        try await order("o1", at: url)
        try await shows("  order o1  shipping -> shipped  shipped\n", program)
        try await eventually("the request is shown") {
            program.standardOutput.contains(#/(?m)^\d\d:\d\d:\d\d  POST    201 \d+\.\d ms +\/orders$/#)
        }
        #expect(!program.standardOutput.contains("\u{1B}"), "no colours in a pipe")
        let began = ContinuousClock.now
        program.kill(SIGINT)
        #expect(try await program.exitStatus() == 0)
        #expect(ContinuousClock.now - began < .seconds(5))
        #expect(program.standardOutput.hasSuffix("Stopped.\n"))
        #expect(program.standardError.isEmpty)
    }

    @Test("shows requests beside observability.otel, and keeps lines for wfctl logs")
    func besideTracing() async throws {
        let (program, url) = try await develop {
            // Nothing listens there.
            let exporter = "  - {name: tracing, type: observability.otel, config: {endpoint: \"http://127.0.0.1:1\"}}\n"
            try change("workflow.yaml", "modules:\n", to: "modules:\n\(exporter)")
        }
        try await order("o1", at: url)
        try await shows("  order o1  shipping -> shipped  shipped\n", program)
        try await eventually("the request is shown") {
            program.standardOutput.contains(#/(?m)^\d\d:\d\d:\d\d  POST    201 \d+\.\d ms +\/orders$/#)
        }
        let management = try #require(program.standardOutput.firstMatch(of: #/(http:\S+)/api/workflow/#)).1
        let logs = try await fixture.run(
            "logs", "--server", String(management), "--token-file", "shop/.workflow/management-token", "-o", "json")
        #expect(logs.status == 0, "\(logs.errors)")
        let messages = try logs.json["records"]?.arrayValue?.compactMap { $0["message"]?.stringValue } ?? []
        #expect(messages.contains("The application is ready"))
        program.kill(SIGINT)
        #expect(try await program.exitStatus() == 0)
    }

    @Test("stops when its terminal is closed")
    func hangUp() async throws {
        let (program, _) = try await develop()
        program.kill(SIGHUP)
        #expect(try await program.exitStatus() == 0)
        #expect(program.standardOutput.hasSuffix("Stopped.\n"))
    }

    @Test("applies what is saved, and shows what is wrong with its line")
    func changes() async throws {
        let (program, url) = try await develop()
        try change(
            "workflow.yaml", "shipped: {description: On its way, isFinal: true}",
            to: "shipped: {description: On its way}\n          delivered: {isFinal: true}")
        try await shows("        + state delivered\n", program)
        try change("workflow.yaml", "toState: lost}", to: "toState: losst}")
        try await shows("  not reloaded: 1 error in 1 file\n", program)
        try await shows("the transition \"lose\" names the unknown state \"losst\"\n", program)
        try await shows("^\n    hint: did you mean \"lost\"?\nWhat ran before goes on.\n", program)
        try await order("o1", at: url)
        try change("workflow.yaml", "toState: losst}", to: "toState: lost}")
        try await shows("  saved, and means the same as before\n", program)
        program.kill(SIGINT)
        #expect(try await program.exitStatus() == 0)
    }

    @Test("replaces scripts that are saved, and shows what is wrong with one")
    func scripts() async throws {
        let (program, url) = try await develop()
        try change("components/shipping.js", "`P-${digest.slice(0, 10)}`", to: "\"P-changed\"")
        try await shows("  replaced shipping.js, the script of shipping\n", program)
        try change("components/shipping.js", "execute({", to: "execute({{")
        try await shows("  not replaced: shipping.js:5: ", program)
        try await shows("  5 |   async execute({{ idempotencyKey }) {\n", program)
        try await shows("The script before goes on.\n", program)
        try await order("o1", at: url)
        let answer = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: "\(url)/orders/o1"), timeout: .seconds(30))
        #expect(answer.status == .ok)
        try await shows("  order o1  shipping -> shipped  shipped\n", program)
        program.kill(SIGINT)
        #expect(try await program.exitStatus() == 0)
    }

    @Test("a port that is in use is told in one line")
    func portInUse() async throws {
        let (program, url) = try await develop()
        let port = try #require(url.split(separator: ":").last)
        let second = try Program(
            "wfctl", ["dev", "--management-address", "none", "--state", "none"], in: "\(fixture.folder)/shop",
            environment: ["HOST": "127.0.0.1", "PORT": String(port)])
        #expect(try await second.exitStatus() == 69)
        #expect(
            second.standardError == """
                error: web (http.server): Cannot listen on 127.0.0.1:\(port): the address is already in use; \
                stop the other program, or choose another port.

                """)
        #expect(second.standardOutput.isEmpty)
        program.kill(SIGINT)
        #expect(try await program.exitStatus() == 0)
    }

    @Test("says that there is no configuration, or what is wrong with it")
    func wrongStart() async throws {
        let none = try await fixture.run("dev")
        #expect(none.status == 66)
        #expect(none.errors.hasPrefix("error: There is no workflow.yaml or app.yaml in "))
        #expect(none.errors.contains("hint: name the file, go to its folder, or begin with `wfctl init`\n"))
        #expect(try await fixture.run("run").status == 66)
        #expect(try await fixture.run("dev", "other.yaml").errors.hasPrefix("error: There is no other.yaml."))
        try fixture.write("modules: [{name: web, type: http.sever}]\n", "app.yaml")
        let wrong = try await fixture.run("dev", "--management-address", "127.0.0.1:0")
        #expect(wrong.status == 65)
        #expect(wrong.errors.hasPrefix("app.yaml:1:11: error: modules[0].type: unknown module type \"http.sever\"\n"))
        #expect(wrong.errors.contains("    hint: did you mean \"http.server\"?\n"))
        #expect(wrong.output.isEmpty)
    }
}
