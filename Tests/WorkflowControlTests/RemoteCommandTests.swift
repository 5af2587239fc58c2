import Foundation
import Testing
import WorkflowCore

@Suite("wfctl with a server")
struct RemoteCommandTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
    }

    @Test("shows what runs, with the token of the folder")
    func status() async throws {
        let (server, url) = try await fixture.serve()
        let json = try await fixture.run("status", "--server", url, "-o", "json").json
        #expect(json["status"] == "running")
        #expect(json["health"]?["status"] == "healthy")
        let table = try await fixture.run("status", "--server", url)
        #expect(table.lines.first == "server  \(url)")
        #expect(try await fixture.run("config", "get", "--server", url).output == ControlFixture.application)
        #expect(try await fixture.run("components", "list", "--server", url, "-o", "json").json.arrayValue?.count == 1)
        #expect(try await fixture.run("deadletters", "list", "--server", url).errors == "There are no dead letters.\n")
        #expect(try await fixture.run("cluster", "--server", url).status == 0)
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    @Test("deploys with a plan, keeps a history and rolls back")
    func deploy() async throws {
        let (server, url) = try await fixture.serve()
        try fixture.write(ControlFixture.application.replacing("text/plain", with: "text/html"), "new.yaml")
        let dry = try await fixture.run("deploy", "new.yaml", "--dry-run", "--server", url)
        #expect(dry.status == 0)
        #expect(dry.output.contains(#"~ config.contentType: "text/plain" -> "text/html""#))
        let unasked = try await fixture.run("deploy", "new.yaml", "--server", url)
        #expect(unasked.status == 64)
        #expect(unasked.errors.contains("pass --yes"))
        #expect(try await fixture.run("status", "--server", url, "-o", "json").json["generation"] == 1)
        let done = try await fixture.run(
            "deploy", "new.yaml", "--yes", "--wait", "--observation", "0", "--server", url)
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.output.contains("reloaded, generation 2, version 2"))
        #expect(try await fixture.run("config", "get", "--server", url).output.contains("text/html"))
        let same = try await fixture.run("deploy", "new.yaml", "--server", url)
        #expect(same.output.hasPrefix("No changes"))
        let unaskedBack = try await fixture.run("rollback", "--server", url)
        #expect(unaskedBack.status == 64)
        #expect(unaskedBack.output.contains(#"~ config.contentType: "text/html" -> "text/plain""#))
        let dryBack = try await fixture.run("rollback", "--dry-run", "--server", url, "-o", "json").json
        #expect(dryBack["version"] == 1)
        #expect(dryBack["summary"]?["change"] == 1)
        #expect(try await fixture.run("status", "--server", url, "-o", "json").json["generation"] == 2)
        let back = try await fixture.run("rollback", "--yes", "--server", url)
        #expect(back.status == 0)
        #expect(back.output.hasPrefix("~ module hello (http.handler), is restarted\n"))
        #expect(back.output.contains("\nreloaded, generation 3, back to version 1, as version 3, at "))
        #expect(try await fixture.run("config", "get", "--server", url).output == ControlFixture.application)
        let versions = try await fixture.run("history", "--server", url, "-o", "json").json["versions"]
        #expect(versions?.arrayValue?.compactMap { $0["source"]?.stringValue } == ["rollback", "put", "start"])
        let unknown = try await fixture.run("rollback", "--version", "99", "--yes", "--server", url)
        #expect(unknown.status == 5)
        let named = try await fixture.run("rollback", "--version", "2", "--yes", "--server", url)
        #expect(named.output.contains("\nreloaded, generation 4, back to version 2, as version 4, at "))
        let unchanged = try await fixture.run("rollback", "--version", "4", "--server", url)
        #expect(unchanged.output.hasPrefix("No changes; "))
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    @Test("the plan of a server is the same text as that of two files")
    func samePlan() async throws {
        let (server, url) = try await fixture.serve()
        let text = ControlFixture.application
            .replacing("open: {}, held: {}", with: "open: {}, held: {description: Waits}")
            .replacing("close: {fromState: held,", with: "close: {fromState: open,")
            .replacing("path: /hello,", with: "path: /hello/again,")
        try fixture.write(text, "new.yaml")
        let here = try await fixture.run("plan", "app.yaml", "new.yaml").output
        #expect(
            here.contains(
                """
                State machines
                  ~ flow
                      ~ state held
                          + description: "Waits"
                      ~ transition close
                          ~ fromState: "held" -> "open"

                """))
        #expect(here.contains("Routes\n  + GET /hello/again -> hello\n  - GET /hello -> hello\n"))
        let there = try await fixture.run("deploy", "new.yaml", "--dry-run", "--server", url).output
        func withoutSummary(_ text: String) -> [Substring] { text.split(separator: "\n").dropLast() }
        #expect(withoutSummary(here) == withoutSummary(there))
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    @Test("refuses a configuration with errors, with the line of the file here")
    func refused() async throws {
        let (server, url) = try await fixture.serve()
        try fixture.write(ControlFixture.application.replacing("http.router", with: "http.ruter"), "bad.yaml")
        let result = try await fixture.run("deploy", "bad.yaml", "--yes", "--server", url)
        #expect(result.status == 65)
        #expect(result.errors.contains("bad.yaml:3:5: error: modules[1].type: unknown module type \"http.ruter\""))
        #expect(result.errors.contains("  3 |   - {name: router, type: http.ruter}\n    |     ^\n"))
        #expect(try await fixture.run("status", "--server", url, "-o", "json").json["generation"] == 1)
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    @Test("waits, and tells when the server took the configuration back")
    func rolledBack() async throws {
        let (server, url) = try await fixture.serve()
        // Nothing listens there, which shows after the swap only.
        let gate = """
              - name: gate
                type: http.proxy
                config:
                  backendServices: {far: "http://127.0.0.1:1"}
                  routes: {/far/*: far}
                  healthCheck: {enabled: true, interval: 100ms, timeout: 1s, path: /healthy}
            workflows:
            """
        try fixture.write(ControlFixture.application.replacing("workflows:", with: gate), "gate.yaml")
        let result = try await fixture.run("deploy", "gate.yaml", "--yes", "--wait", "--server", url)
        #expect(result.status == 7)
        #expect(result.errors.contains("The server took the configuration back: "))
        #expect(try await fixture.run("config", "get", "--server", url).output == ControlFixture.application)
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    @Test("replaces a script and goes back")
    func components() async throws {
        let (server, url) = try await fixture.serve()
        let before = try await fixture.run("components", "get", "greeter", "--server", url).output
        try fixture.write(before.replacing("answer: 1", with: "answer: 2"), "next.js")
        let put = try await fixture.run("components", "put", "greeter", "next.js", "--yes", "--server", url)
        #expect(put.status == 0, "\(put.errors)")
        #expect(try await fixture.run("components", "get", "greeter", "--server", url).output.contains("answer: 2"))
        try fixture.write("module.exports = {", "broken.js")
        let broken = try await fixture.run("components", "put", "greeter", "broken.js", "--yes", "--server", url)
        #expect(broken.status == 65)
        #expect(broken.errors.contains("broken.js"))
        #expect(try await fixture.run("components", "rollback", "greeter", "--yes", "--server", url).status == 0)
        #expect(try await fixture.run("components", "get", "greeter", "--server", url).output == before)
        #expect(try await fixture.run("components", "get", "greter", "--server", url).status == 5)
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    @Test("logs in, keeps the token to itself and gives it to its server only")
    func login() async throws {
        let (server, url) = try await fixture.serve()
        let token = try String(contentsOfFile: "\(fixture.folder)/.workflow/management-token", encoding: .utf8)
        let other = ["WFCTL_TOKEN": "not the token"]
        let wrong = try await fixture.run("login", "here", "--server", url, input: "not-the-token\n")
        #expect(wrong.status == 77)
        #expect(wrong.errors.hasPrefix("error: \(url) does not accept the token.\n    hint: run `wfctl login"))
        #expect(try await fixture.run("login", "here", "--server", url, input: token).status == 0)
        #expect(try await fixture.run("status").status == 0)
        #expect(try await fixture.run("status", environment: other).status == 77)
        let list = try await fixture.run("context", "list")
        #expect(!list.output.contains(token.trimmingCharacters(in: .whitespacesAndNewlines)))
        let path = "\(fixture.folder)/config/wfctl/contexts.json"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let readable = try await fixture.run("status")
        #expect(readable.status == 77)
        #expect(readable.errors.contains("chmod 600 \(path)"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let elsewhere = "\(fixture.folder)/contexts of mine.json"
        try FileManager.default.moveItem(atPath: path, toPath: elsewhere)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: elsewhere)
        #expect(try await fixture.run("status").status == 0)
        #expect(try await fixture.run("context", "use", "her").errors.contains("did you mean \"here\"?"))
        #expect(try await fixture.run("context", "remove", "here").status == 64)
        #expect(try await fixture.run("context", "remove", "here", "--yes").status == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == elsewhere)
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    @Test("tells what a context was before, and that there is no such context or no token")
    func contexts() async throws {
        #expect(
            try await fixture.run("context", "add", "shop", "127.0.0.1:1").errors
                == "shop is http://127.0.0.1:1, and is used from now on.\n")
        #expect(
            try await fixture.run("context", "add", "shop", "127.0.0.1:2").errors
                == "shop is http://127.0.0.1:2, changed from http://127.0.0.1:1, and is used from now on.\n")
        let unknown = try await fixture.run("login", "shp", input: "a-token\n")
        #expect(unknown.status == 64)
        #expect(
            unknown.errors == "error: There is no context \"shp\".\n    hint: did you mean \"shop\"?\n")
        #expect(try await fixture.run("login", "shop", "--no-input").status == 69)
        let (server, url) = try await fixture.serve()
        let empty = try await fixture.run("login", "shop", "--server", url, "--no-input")
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
        #expect(empty.status == 66)
        #expect(
            empty.errors == """
                error: There is no token.
                    hint: pass --token-file, or the token on standard input

                """)
    }

    @Test("says when no server answers, and what to do")
    func noServer() async throws {
        let result = try await fixture.run("status", "--server", "127.0.0.1:1")
        #expect(result.status == 69)
        #expect(result.output.isEmpty)
        #expect(
            result.errors == """
                error: No server answers at http://127.0.0.1:1: the connection was refused.
                    hint: start one with `wfserver run`, or name another with --server or `wfctl context use`

                """)
        #expect(try await fixture.run("status", "--server", "ftp://x").status == 64)
        #expect(try await fixture.run("status", "--token-file", "none").status == 66)
    }

    @Test("says that a server fails, and not that it is another one")
    func failingServer() async throws {
        let (server, _) = try await fixture.serve(
            """
            modules:
              - {name: web, type: http.server, config: {address: "127.0.0.1:0"}}
              - {name: router, type: http.router}
              - {name: failing, type: http.handler, config: {contentType: text/plain, status: 500}}
            workflows:
              http:
                routes: [{method: GET, path: /api/workflow/status, handler: failing}]
            """)
        let line = server.standardOutput.firstMatch(of: #/listener +(http://127\.0\.0\.1:\d+)/#)
        let result = try await fixture.run("status", "--server", String(try #require(line).1))
        #expect(result.status == 69)
        #expect(
            result.errors == """
                error: The server answered with status 500.
                    hint: the log of the server says more

                """)
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    @Test("does not take another kind of server for one that it knows")
    func anotherServer() async throws {
        let (server, _) = try await fixture.serve()
        let line = server.standardOutput.firstMatch(of: #/listener +(http://127\.0\.0\.1:\d+)/#)
        let result = try await fixture.run("status", "--server", String(try #require(line).1))
        #expect(result.status == 76)
        #expect(result.errors.contains("is no server that wfctl"))
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }
}
