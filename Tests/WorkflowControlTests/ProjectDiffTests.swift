import Foundation
import Testing
import WorkflowCore

@Suite("wfctl diff")
struct ProjectDiffTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
        try fixture.write(ControlFixture.application, "app.yaml")
        try fixture.write("module.exports = { execute() { return {answer: 1} } }\n", "greeter.js")
        let changed = ControlFixture.application.replacing("text/plain", with: "text/html")
            .replacing("  - {name: engine", with: "  - {name: health, type: health.checker}\n  - {name: engine")
            .replacing("toState: closed}", with: "toState: held}")
        try fixture.write(changed, "new.yaml")
    }

    @Test("shows what differs, key by key and with places")
    func files() async throws {
        let result = try await fixture.run("diff", "app.yaml", "new.yaml")
        #expect(result.status == 0)
        #expect(
            result.output == """
                ~ module hello (http.handler)  new.yaml:4:5
                    ~ config.contentType: "text/plain" -> "text/html"  new.yaml:4:48
                + module health (health.checker)  new.yaml:6:5
                ~ workflow statemachine  new.yaml:12:3
                    ~ definitions[0].transitions.close.toState: "closed" -> "held"  new.yaml:19:36

                Parts: 1 added, 2 changed, 0 removed.

                """)
        let back = try await fixture.run("diff", "new.yaml", "app.yaml")
        #expect(back.lines.contains("- module health (health.checker)  new.yaml:6:5"))
    }

    @Test("layout, comments and order of keys make no difference")
    func sameMeaning() async throws {
        let other =
            "# A comment.\n"
            + ControlFixture.application.replacing(
                "{name: router, type: http.router}", with: "{type: http.router, name: router}")
        try fixture.write(other, "other.yaml")
        let result = try await fixture.run("diff", "app.yaml", "other.yaml", "--detailed-exitcode")
        #expect(result.status == 0)
        #expect(result.output == "Both mean the same.\n")
        #expect(try await fixture.run("diff", "app.yaml", "other.yaml", "-o", "json").json["equal"] == true)
    }

    @Test("ends with 2 for differences and 1 for a failure, when a script asks for it")
    func exitCodes() async throws {
        #expect(try await fixture.run("diff", "app.yaml", "new.yaml", "--detailed-exitcode").status == 2)
        #expect(try await fixture.run("diff", "app.yaml", "none.yaml", "--detailed-exitcode").status == 1)
        let missing = try await fixture.run("diff", "app.yaml", "none.yaml")
        #expect(missing.status == 65)
        #expect(missing.output.isEmpty)
        #expect(missing.errors.contains("none.yaml cannot be read: there is no such file"))
        #expect(try await fixture.run("diff", "app.yaml", "new.yaml", "x.yaml").status == 64)
        #expect(try await fixture.run("diff", "app.yaml", "new.yaml", "--server", "127.0.0.1:1").status == 64)
    }

    @Test("shows that a secret differs, and not the secret")
    func secrets() async throws {
        func application(_ secret: String) -> String {
            "modules:\n  - {name: auth, type: auth.jwt, config: {secret: \(secret), issuer: x}}\n"
        }
        try fixture.write(application("hunter2-hunter2-hunter2-hunter2-1"), "one.yaml")
        try fixture.write(application("hunter2-hunter2-hunter2-hunter2-2"), "two.yaml")
        try fixture.write("modules: []\n", "empty.yaml")
        for files in [["one.yaml", "two.yaml"], ["empty.yaml", "one.yaml"], ["one.yaml", "empty.yaml"]] {
            for format in ["table", "json", "yaml"] {
                let result = try await fixture.run("diff", files[0], files[1], "-o", format)
                #expect(result.status == 0)
                #expect(!(result.output + result.errors).contains("hunter2"), "\(files) as \(format)")
            }
        }
        let table = try await fixture.run("diff", "one.yaml", "two.yaml")
        #expect(table.lines.contains("    ~ config.secret: (differs, not shown)  two.yaml:2:43"))
        // What is new is shown with its keys.
        let added = try await fixture.run("diff", "empty.yaml", "one.yaml")
        #expect(added.lines.contains("    + config.issuer: \"x\"  one.yaml:2:86"))
    }

    @Test("compares a file with what a server runs")
    func server() async throws {
        let (server, url) = try await fixture.serve()
        let result = try await fixture.run("diff", "new.yaml", "--server", url, "-o", "json", "--detailed-exitcode")
        #expect(result.status == 2)
        #expect(try result.json["summary"] == ["add": 1, "change": 2, "remove": 0])
        let change = try result.json["parts"]?.arrayValue?.first?["changes"]?.arrayValue?.first
        #expect(change?["path"] == "config.contentType")
        #expect(change?["old"] == "text/plain")
        #expect(change?["new"] == "text/html")
        #expect(change?["line"] == 4)
        #expect(try await fixture.run("diff", "app.yaml", "--server", url).output == "Both mean the same.\n")
        try fixture.write(ControlFixture.application.replacing("http.router", with: "http.ruter"), "bad.yaml")
        let bad = try await fixture.run("diff", "bad.yaml", "--server", url)
        #expect(bad.status == 65)
        #expect(bad.errors.contains("bad.yaml:3:5: error: modules[1].type: unknown module type \"http.ruter\""))
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
        #expect(try await fixture.run("diff", "app.yaml", "--server", url).status == 69)
    }
}
