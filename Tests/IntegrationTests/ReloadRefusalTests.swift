import Foundation
import NIOCore
import NIOHTTP1
import Testing
import WorkflowCore

@Suite("A configuration that is not taken")
struct ReloadRefusalTests {
    /// Puts a text, and expects that everything is as before.
    private func refused(
        _ text: String, _ fixture: ReloadFixture, status: Int
    ) async throws -> JSONValue {
        let before = try fixture.text
        let answer = try await fixture.put(text)
        #expect(answer.status == status)
        #expect(answer.json?["status"] == "refused")
        #expect(answer.json?["generation"] == 1)
        #expect(try fixture.text == before)
        #expect(try await fixture.contentType() == "text/a")
        let known = try await fixture.status()
        #expect(known["generation"] == 1)
        #expect(known["lastReload"]?["status"] == "refused")
        #expect(known["lastReload"]?["reason"] == answer.json?["reason"])
        return try #require(answer.json)
    }

    @Test("broken YAML and an unknown type are told with their places")
    func issues() async throws {
        try await withTemporaryFolder { folder in
            let text = ReloadText.hello("text/a")
            let fixture = try await ReloadFixture(text, in: folder)
            let broken = try await refused(text + "  - [x\n", fixture, status: 422)["issues"]?[0]
            #expect(broken?["message"]?.stringValue?.hasPrefix("broken YAML: ") == true)
            #expect(broken?["line"] == 8)
            let unknown = text.replacing("http.handler", with: "http.handlr")
            let issue = try await refused(unknown, fixture, status: 422)["issues"]?[0]
            #expect(issue?["message"] == "unknown module type \"http.handlr\"")
            #expect(issue?["path"] == "modules[2].type")
            #expect(issue?["line"] == 4)
            #expect(issue?["column"] == 5)
            #expect(issue?["suggestion"] == "did you mean \"http.handler\"?")
            let plan = try await fixture.management.send("POST", "/api/workflow/plan", body: Array(unknown.utf8))
            #expect(plan.status == 422)
            #expect(plan.json?["issues"]?[0] == issue)
            try await fixture.stop()
        }
    }

    @Test("an empty file, such as one that is half written, does not replace an application")
    func empty() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder)
            for text in ["", "modules: []\n", "name: nothing\n"] {
                let answer = try await refused(text, fixture, status: 422)
                #expect(answer["issues"]?[0]?["message"] == "the configuration has no modules", "\(text)")
            }
            try await fixture.stop()
        }
    }

    @Test("a port that another process has leaves the old listener in place")
    func port() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder)
            let other = try RawSocket.listener()
            let taken = ReloadText.hello("text/b", address: "127.0.0.1:\(other.port)")
            let answer = try await refused(taken, fixture, status: 409)
            #expect(
                answer["reason"]?.stringValue == "web (http.server): Cannot listen on 127.0.0.1:\(other.port): the "
                    + "address is already in use; stop the other program, or choose another port.")
            other.close()
            #expect(try await fixture.put(taken).status == 200)
            #expect(try await fixture.contentType(TestClient(port: other.port)) == "text/b")
            try await fixture.stop()
        }
    }

    @Test("a certificate or a key that cannot be used is named")
    func certificate() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder)
            try fixture.save("rubbish", as: "web.pem")
            let text = ReloadText.hello("text/b")
                .replacing("127.0.0.1:0\"", with: "127.0.0.1:0\", tls: {certificate: web.pem, key: web.key}")
            let reason = try await refused(text, fixture, status: 409)["reason"]?.stringValue
            #expect(
                reason?.hasPrefix(
                    "web (http.server): Cannot use the certificate in '\(folder)/web.pem'; it must be readable and in "
                        + "PEM form.") == true, "\(reason ?? "")")
            try await fixture.stop()
        }
    }

    @Test("an address that was left a moment ago can be taken again at once")
    func addressAgain() async throws {
        try await withTemporaryFolder { folder in
            let sockets = [try RawSocket.listener(), try RawSocket.listener()]
            for socket in sockets { socket.close() }
            let texts = sockets.map { ReloadText.hello("text/a", address: "127.0.0.1:\($0.port)") }
            let fixture = try await ReloadFixture(texts[1], in: folder, ["--reload-health-seconds", "2"])
            for round in 0..<30 {
                let answer = try await fixture.put(texts[round % 2])
                try #require(answer.json?["reason"] == nil)
                // On a connection of its own: those that were kept end with the listener.
                let client = TestClient(port: sockets[round % 2].port)
                #expect(try await client.send("GET", "/hello", headers: ["connection": "close"]).status == 200)
            }
            try await fixture.stop()
        }
    }

    #if JavaScript
    @Test("a script with a mistake, or without its file, is told with its place")
    func script() async throws {
        try await withTemporaryFolder { folder in
            let good = ReloadWatchTests.script(1)
            try ReloadFixture.save(good, to: "\(folder)/part.js")
            let modules = ["{name: part, type: dynamic.component, config: {source: part.js}}"]
            let fixture = try await ReloadFixture(ReloadText.hello("text/a", modules: modules), in: folder)
            let next = ReloadText.hello("text/b", modules: modules)
            try fixture.save("module.exports = {\n  execute() { return }}\n};", as: "part.js")
            let issue = try await refused(next, fixture, status: 422)["issues"]?[0]
            #expect(issue?["file"] == .string("\(folder)/part.js"))
            #expect(issue?["line"] == 3)
            #expect(issue?["message"]?.stringValue?.hasPrefix("SyntaxError: ") == true)
            try FileManager.default.removeItem(atPath: "\(folder)/part.js")
            let missing = try await refused(next, fixture, status: 422)["issues"]?[0]
            #expect(missing?["message"] == .string("the script \(folder)/part.js cannot be read"))
            try fixture.save(good, as: "part.js")
            #expect(try await fixture.put(next).status == 200)
            try await fixture.stop()
        }
    }
    #endif

    @Test("a file that vanishes or was changed by somebody else is told, and not written over")
    func vanished() async throws {
        try await withTemporaryFolder { folder in
            let text = ReloadText.hello("text/a")
            let fixture = try await ReloadFixture(text, in: folder)
            try FileManager.default.removeItem(atPath: fixture.file)
            let reload = try await fixture.reload()
            #expect(reload.status == 422)
            let message = "\(fixture.file) cannot be read: there is no such file"
            #expect(reload.json?["issues"]?[0]?["message"] == .string(message))
            let put = try await fixture.put(ReloadText.hello("text/b"))
            #expect(put.status == 409)
            #expect(put.json?["error"]?.stringValue?.contains(fixture.file) == true)
            #expect(!FileManager.default.fileExists(atPath: fixture.file))
            #expect(try await fixture.contentType() == "text/a")

            try fixture.save(text + "# by hand\n")
            let other = try await fixture.put(ReloadText.hello("text/b"))
            #expect(other.status == 409)
            #expect(
                other.json?["error"]
                    == .string(
                        "\(fixture.file) has been changed on the disk and not been loaded; "
                            + "reload it first, or force the change."))
            #expect(try fixture.text == text + "# by hand\n")
            #expect(try await fixture.put(ReloadText.hello("text/b"), "?force=true").status == 200)
            try await fixture.stop()
        }
    }

    @Test("of changes at the same time to the same version one is made, the others get 412")
    func together() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder)
            let shown = try await fixture.management.send("GET", "/api/workflow/config")
            let tag = try #require(shown.headers.first(name: "etag"))
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        try await fixture.put(ReloadText.hello("text/n\(index)"), headers: ["if-match": tag]).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200] + Array(repeating: 412, count: 7))
            #expect(try await fixture.status()["generation"] == 2)
            let type = try await fixture.contentType()
            #expect(try fixture.text == ReloadText.hello(type))
            try await fixture.stop()
        }
    }

    @Test("a stop in the middle of reloads ends the process well, and what is in the file starts again")
    func stopping() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder)
            var hasty = fixture.management
            hasty.timeout = .seconds(3)
            let sender = hasty
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<6 {
                    group.addTask {
                        let text = ReloadText.hello("text/n\(index)")
                        _ = try? await sender.send("PUT", "/api/workflow/config", body: Array(text.utf8))
                        fixture.server.kill(SIGTERM)
                    }
                }
            }
            let status = try await fixture.server.exitStatus()
            // A second signal means: at once.
            #expect(status == 0 || status == 130)
            let again = try await ReloadFixture(nil, in: folder)
            let type = try await again.contentType()
            #expect(try again.text == ReloadText.hello(type))
            try await again.stop()
        }
    }
}
