import Foundation
import Testing
import WorkflowCore

@Suite("wfctl without a server")
struct LocalCommandTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
        try fixture.write(ControlFixture.application, "app.yaml")
        try fixture.write("module.exports = { execute() {} }\n", "greeter.js")
        let changed = ControlFixture.application.replacing("text/plain", with: "text/html")
        try fixture.write(changed.replacing("path: /hello", with: "path: /hi"), "new.yaml")
        try fixture.write(ControlFixture.application.replacing("http.router", with: "http.ruter"), "bad.yaml")
    }

    @Test("--version alone prints the version; elsewhere it is an option of the command, or an error")
    func version() async throws {
        let version = try await fixture.run("--version")
        #expect(version.status == 0)
        #expect(version.output.contains(#/^\d+\.\d+\.\d+\S*\n$/#))
        for arguments in [
            ["workflows", "list", "--version", "1"], ["validate", "--version"], ["--version", "validate"],
        ] {
            let result = try await fixture.run(arguments: arguments)
            #expect(result.status == 64, "\(arguments)")
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("Unknown option '--version'"), "\(result.errors)")
        }
        #expect(try await fixture.run("validate", "--help").output.contains("--version") == false)
        #expect(try await fixture.run("workflows", "rollback", "--help").output.contains("The version; by default"))
    }

    @Test("validate shows each error with its line and a caret, and ends with 65")
    func validate() async throws {
        let good = try await fixture.run("validate", "app.yaml")
        #expect(good.status == 0)
        #expect(good.output == "app.yaml is valid: 6 modules, 2 workflow sections.\n")
        #expect(good.errors.isEmpty)
        let bad = try await fixture.run("validate", "bad.yaml")
        #expect(bad.status == 65)
        #expect(
            bad.output == """
                bad.yaml:3:5: error: modules[1].type: unknown module type "http.ruter"
                  3 |   - {name: router, type: http.ruter}
                    |     ^
                    hint: did you mean "http.router"?

                1 error in 1 file.

                """)
        #expect(bad.errors.isEmpty)
        let json = try await fixture.run("validate", "bad.yaml", "--output", "json")
        #expect(json.status == 65)
        #expect(try json.json["issues"]?.arrayValue?.first?["line"]?.intValue == 3)
        let missing = try await fixture.run("validate", "nothing.yaml")
        #expect(missing.status == 65)
        #expect(missing.output.contains("nothing.yaml cannot be read: there is no such file"))
    }

    @Test("an excerpt shows no secret")
    func excerptWithoutSecret() async throws {
        try fixture.write("modules:\n  - {name: a, type: auth.jwt, config: {secret: hunter2, x: 1}}\n", "secret.yaml")
        let result = try await fixture.run("validate", "secret.yaml")
        #expect(result.status == 65)
        #expect(result.output.contains("secret: …"))
        #expect(!(result.output + result.errors).contains("hunter2"))
    }

    @Test("plan tells changes, with 0, 1 and 2 for scripts")
    func plan() async throws {
        let changes = try await fixture.run("plan", "app.yaml", "new.yaml", "--detailed-exitcode")
        #expect(changes.status == 2)
        #expect(changes.output.contains(#"~ config.contentType: "text/plain" -> "text/html""#))
        #expect(changes.output.contains("  + GET /hi -> hello\n"))
        #expect(try await fixture.run("plan", "app.yaml", "new.yaml").status == 0)
        let same = try await fixture.run("plan", "app.yaml", "app.yaml", "--detailed-exitcode")
        #expect(same.status == 0)
        #expect(same.output.hasPrefix("No changes"))
        let failed = try await fixture.run("plan", "app.yaml", "bad.yaml", "--detailed-exitcode")
        #expect(failed.status == 1)
        #expect(failed.output.isEmpty)
        #expect(failed.errors.contains("unknown module type \"http.ruter\""))
        #expect(failed.errors.hasSuffix("\n\nThe configuration has 1 error.\n"))
        #expect(try await fixture.run("plan", "app.yaml", "bad.yaml").status == 65)
        let json = try await fixture.run("plan", "app.yaml", "new.yaml", "-o", "json")
        #expect(try json.json["summary"]?["change"]?.intValue == 2)
    }

    @Test("inspect lists what is there, also of a configuration with errors")
    func inspect() async throws {
        let json = try await fixture.run("inspect", "app.yaml", "-o", "json").json
        #expect(
            json["modules"]?.arrayValue?.map { $0["name"]?.stringValue } == [
                "web", "router", "hello", "tickets", "engine", "greeter",
            ])
        #expect(json["routes"]?.arrayValue?.first?["path"] == "/hello")
        #expect(json["stateMachines"]?.arrayValue?.first?["initialState"] == "open")
        let table = try await fixture.run("inspect", "bad.yaml")
        #expect(table.status == 0)
        #expect(table.lines.contains { $0.split(separator: " ") == ["router", "http.ruter"] })
        #expect(!table.output.contains("\u{1B}"), "no colours in a pipe")
    }

    @Test("graph draws states and modules as text and Mermaid")
    func graph() async throws {
        let text = try await fixture.run("graph", "app.yaml")
        #expect(text.output.contains("  open (initial)\n    hold  -> held\n"))
        #expect(text.output.contains("  closed (final)\n"))
        #expect(text.output.contains("  workflows.http\n    -> hello\n    -> tickets\n"))
        let mermaid = try await fixture.run("graph", "app.yaml", "--format", "mermaid", "--machine", "flow")
        #expect(mermaid.output.hasPrefix("stateDiagram-v2\n"))
        #expect(mermaid.output.contains("[*] --> s0\n    s0 --> s1: hold\n"))
        let unknown = try await fixture.run("graph", "app.yaml", "--machine", "flwo")
        #expect(unknown.status == 5)
        #expect(unknown.errors.contains("no state machine \"flwo\""))
        #expect(unknown.errors.contains("flow"))
    }

    @Test("explains types, and suggests the right name")
    func modules() async throws {
        let list = try await fixture.run("modules", "list", "--section", "trigger", "-o", "json").json
        #expect(list.arrayValue?.allSatisfy { $0["section"] == "trigger" } == true)
        let page = try await fixture.run("modules", "show", "http.server")
        #expect(page.output.contains("\n  address  text\n      Where to listen"))
        let wrong = try await fixture.run("modules", "show", "http.sever")
        #expect(wrong.status == 64)
        #expect(wrong.errors == "error: There is no type \"http.sever\".\n    hint: did you mean \"http.server\"?\n")
    }

    @Test("checks scripts and names the line")
    func components() async throws {
        try fixture.write("module.exports = {\n  execute( { }\n", "bad.js")
        let result = try await fixture.run("component", "check", "greeter.js", "bad.js")
        #expect(result.status == 65)
        #expect(result.output.contains("greeter.js is valid."))
        #expect(result.output.contains("bad.js:"))
        #expect(try await fixture.run("component", "check", "none.js").status == 66)
    }

    @Test("prints schema, version and completions")
    func reference() async throws {
        #expect(try await fixture.run("schema").json["$schema"]?.stringValue?.contains("json-schema") == true)
        #expect(try await fixture.run("version", "-o", "json").json["version"]?.stringValue?.isEmpty == false)
        #expect(try await fixture.run("version", "-o", "yaml").output.hasPrefix("version: "))
        for shell in ["bash", "zsh", "fish"] {
            #expect(try await fixture.run("completion", shell).output.contains("wfctl"))
        }
        #expect(try await fixture.run("completion", "tcsh").status == 64)
    }

    @Test("a command that there is not leads to the one that was meant")
    func unknownCommand() async throws {
        let result = try await fixture.run("valdate", "app.yaml")
        #expect(result.status == 64)
        #expect(result.errors == "error: There is no command \"valdate\".\n    hint: did you mean `wfctl validate`?\n")
        #expect(try await fixture.run("modules", "lst").errors.contains("`wfctl modules list`"))
        #expect(try await fixture.run("plan").status == 64)
    }

    @Test("validate, inspect and graph take the configuration of the folder, and say when there is none")
    func standardFile() async throws {
        let valid = try await fixture.run("validate")
        #expect(valid.status == 0)
        #expect(valid.output == "app.yaml is valid: 6 modules, 2 workflow sections.\n")
        for command in ["inspect", "graph"] {
            let named = try await fixture.run(command, "app.yaml")
            let unnamed = try await fixture.run(command)
            #expect(unnamed.status == 0)
            #expect(unnamed.output == named.output, "\(command)")
        }
        let empty = try ControlFixture()
        for command in ["validate", "inspect", "graph", "deploy"] {
            let result = try await empty.run(command)
            #expect(result.status == 66, "\(command)")
            #expect(result.errors.hasPrefix("error: There is no workflow.yaml or app.yaml in "), "\(command)")
        }
    }

    @Test("doctor finds a wrong configuration")
    func doctor() async throws {
        let good = try await fixture.run("doctor", "app.yaml", "-o", "json")
        #expect(try good.json["healthy"] == true, "\(good.output)")
        let bad = try await fixture.run("doctor", "bad.yaml")
        #expect(bad.status == 1)
        #expect(bad.output.contains("run `wfctl validate bad.yaml`"))
    }
}
