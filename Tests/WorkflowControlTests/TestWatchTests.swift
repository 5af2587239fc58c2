import Foundation
import Testing
import WorkflowCore

@Suite("wfctl test --watch")
struct TestWatchTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
    }

    private static let greeter = """
        modules:
          - {name: web, type: http.server, config: {address: "127.0.0.1:1"}}
          - {name: router, type: http.router}
          - {name: hello, type: http.handler}
        workflows: {http: {routes: [{method: GET, path: /hello, handler: hello}]}}

        """
    private static let application = """
        modules: [{name: twice, type: dynamic.component, config: {source: twice.js}}]

        """
    private static let script = "module.exports = { execute({ n }) { return { n: n * 2 } } }\n"
    private static let greeting = """
        application: greeter.yaml
        tests: [{name: greets, steps: [{request: {path: /hello}, expect: {status: 200}}]}]

        """
    private static let doubling = """
        tests: [{name: doubles, steps: [{execute: {component: twice, input: {n: 2}}, expect: {result: {n: 4}}}]}]

        """

    private func watch() throws -> Program {
        try fixture.write(Self.greeter, "greeter.yaml")
        try fixture.write(Self.application, "workflow.yaml")
        try fixture.write(Self.script, "twice.js")
        try fixture.write(Self.greeting, "a.test.yaml")
        try fixture.write(Self.doubling, "b.test.yaml")
        return try Program("wfctl", ["test", "--watch"], in: fixture.folder)
    }

    /// Waits for the end of a run, which both streams tell.
    private func waits(_ program: Program, runs: Int) async throws {
        try await eventually("run \(runs) is over\n\(program.standardOutput)\(program.standardError)") {
            try #require(program.isRunning, "\(program.standardError)")
            return program.standardError.ranges(of: "Waiting for changes; Ctrl-C stops.\n").count == runs
                && program.standardOutput.ranges(of: #/\d+ passed|tests were left out/#).count >= runs
        }
    }

    @Test("runs what a change affects, and ends by Ctrl-C")
    func changes() async throws {
        let program = try watch()
        try await waits(program, runs: 1)
        #expect(program.standardOutput.contains("2 passed"))

        try fixture.write(Self.script.replacing("* 2", with: "* 3"), "twice.js")
        try await waits(program, runs: 2)
        #expect(program.standardError.contains("Changed: twice.js\n"))
        #expect(program.standardOutput.contains("1 failed"))
        #expect(program.standardOutput.ranges(of: "greets").count == 1, "its application has no script")

        try fixture.write(Self.greeter.replacing("GET, path: /hello", with: "PUT, path: /hello"), "greeter.yaml")
        try await waits(program, runs: 3)
        #expect(program.standardOutput.ranges(of: "greets").count == 2)
        #expect(program.standardOutput.ranges(of: "doubles").count == 2)

        try fixture.write("modules: [\n", "greeter.yaml")
        try await waits(program, runs: 4)
        #expect(program.standardOutput.contains("greeter.yaml:"))
        try fixture.write(Self.greeter, "greeter.yaml")
        try await waits(program, runs: 5)
        #expect(program.standardOutput.ranges(of: "greets").count == 3)

        try fixture.write(Self.greeting.replacing("greets", with: "is new"), "c.test.yaml")
        try await waits(program, runs: 6)
        #expect(program.standardOutput.ranges(of: "is new").count == 1)
        #expect(!program.standardOutput.contains("\u{1B}"), "nothing is cleared in a pipe")
        program.kill(SIGINT)
        #expect(try await program.exitStatus() == SIGINT)
    }

    @Test("is for people")
    func output() async throws {
        let result = try await fixture.run("test", "--watch", "-o", "json")
        #expect(result.status == 64)
        #expect(result.errors.contains("--watch is for people; leave --output out, or use --junit FILE."))
    }
}
