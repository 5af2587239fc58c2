import Foundation
import NIOHTTP1
import Testing
import WorkflowCore

@Suite("Doors of a reload")
struct ReloadDoorTests {
    #if SQLite
    @Test("PUT replaces the configuration, the file and the history, and a restart starts with it")
    func put() async throws {
        try await withTemporaryFolder { folder in
            let before = ReloadText.hello("text/a")
            var fixture = try await ReloadFixture(before, in: folder)
            let shown = try await fixture.management.send(
                "GET", "/api/workflow/config", headers: ["accept": "application/yaml"])
            #expect(String(decoding: shown.body, as: UTF8.self) == before)
            let tag = try #require(shown.headers.first(name: "etag"))

            let after = ReloadText.hello("text/b")
            let answer = try await fixture.put(after, headers: ["if-match": tag])
            #expect(answer.status == 200)
            #expect(answer.json?["status"] == "reloaded")
            #expect(answer.json?["generation"] == 2)
            #expect(answer.json?["plan"]?["summary"]?["change"] == 1)
            #expect(answer.json?["timings"]?["swapMilliseconds"]?.doubleValue != nil)
            #expect(answer.headers.first(name: "etag") != tag)
            #expect(try await fixture.contentType() == "text/b")
            #expect(try fixture.text == after)

            let late = try await fixture.put(ReloadText.hello("text/c"), headers: ["if-match": tag])
            #expect(late.status == 412)
            #expect(late.headers.first(name: "etag") == answer.headers.first(name: "etag"))
            #expect(try fixture.text == after)
            #expect(try await fixture.history() == ["2 put current", "1 start accepted"])
            try await fixture.stop()

            fixture = try await ReloadFixture(nil, in: folder)
            #expect(try await fixture.contentType() == "text/b")
            #expect(try await fixture.history() == ["2 put current", "1 start accepted"])
            try await fixture.stop()
        }
    }
    #endif

    @Test("PUT takes JSON, and what means the same changes nothing that runs")
    func json() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder)
            let shown = try await fixture.management.send("GET", "/api/workflow/config")
            let document = try #require(shown.json)
            let same = try await fixture.management.send("PUT", "/api/workflow/config", json: document)
            #expect(same.status == 200)
            #expect(same.json?["status"] == "unchanged")
            #expect(same.json?["generation"] == 1)
            let text = String(decoding: document.jsonBytes(), as: UTF8.self)
            #expect(try fixture.text == text)
            let changed = try await fixture.put(text.replacing("text/a", with: "text/b"))
            #expect(changed.json?["status"] == "reloaded")
            #expect(try await fixture.contentType() == "text/b")
            let commented = try await fixture.put("# a note\n" + text.replacing("text/a", with: "text/b"))
            #expect(commented.json?["status"] == "unchanged")
            #expect(try fixture.text.hasPrefix("# a note\n"))
            try await fixture.stop()
        }
    }

    @Test("POST plan tells what the files or a text would change, and changes nothing")
    func plan() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder)
            let text = ReloadText.hello("text/b")
            for body in [text, ""] {
                if body.isEmpty { try fixture.save(text) }
                let answer = try await fixture.management.send("POST", "/api/workflow/plan", body: Array(body.utf8))
                #expect(answer.status == 200)
                #expect(answer.json?["empty"] == false)
                let part = answer.json?["parts"]?.arrayValue?.first
                #expect(part?["name"] == "hello")
                #expect(part?["action"] == "change")
                #expect(
                    part?["changes"] == [["path": "config.contentType", "old": "text/a", "new": "text/b"]])
            }
            #expect(try await fixture.status()["generation"] == 1)
            #expect(try await fixture.contentType() == "text/a")
            try await fixture.stop()
        }
    }

    @Test("POST reload and SIGHUP read the file again; status tells generation, hash, time and modules")
    func files() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder)
            let start = try await fixture.status()
            #expect(start["generation"] == 1)
            #expect(start["lastReload"] == nil)
            try fixture.save(ReloadText.hello("text/b"))
            let answer = try await fixture.reload()
            #expect(answer.json?["status"] == "reloaded")
            #expect(try await fixture.contentType() == "text/b")

            let second = try await fixture.status()
            #expect(second["generation"] == 2)
            #expect(second["configHash"] == answer.json?["hash"])
            #expect(second["configHash"] != start["configHash"])
            #expect(second["since"] != start["since"])
            #expect(second["lastReload"]?["status"] == "reloaded")
            let modules = second["modules"]?.arrayValue ?? []
            #expect(Set(modules.compactMap { $0["name"]?.stringValue }) == ["web", "router", "hello"])
            let changed = modules.first { $0["name"] == "hello" }
            #expect(changed?["generation"] == 2)
            #expect(changed?["state"] == "running")

            try fixture.save(ReloadText.hello("text/c"))
            fixture.server.kill(SIGHUP)
            try await fixture.eventuallyAnswers("text/c")
            #expect(try await fixture.reload().json?["status"] == "unchanged")
            #expect(try await fixture.status()["generation"] == 3)
            try await fixture.stop()
        }
    }

    @Test("SIGHUP reads a certificate again that was renewed; without a change it does nothing")
    func certificate() async throws {
        try await withTemporaryFolder { folder in
            /// Runs a command and returns what it prints.
            func shell(_ command: String) throws -> String {
                let (process, output) = (Process(), Pipe())
                process.executableURL = URL(fileURLWithPath: "/bin/sh")
                process.arguments = ["-c", command]
                process.standardOutput = output
                process.standardError = FileHandle.nullDevice
                try process.run()
                let bytes = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                return String(decoding: bytes, as: UTF8.self)
            }
            func renew() throws -> String {
                try shell(
                    "cd '\(folder)' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                        + "-subj /CN=test -days 2 -keyout web.key -out web.pem && openssl x509 -noout -fingerprint "
                        + "-in web.pem")
            }
            let first = try renew()
            let text = ReloadText.hello("text/a")
                .replacing("127.0.0.1:0\"", with: "127.0.0.1:0\", tls: {certificate: web.pem, key: web.key}")
            let fixture = try await ReloadFixture(text, in: folder)
            let port = try await fixture.server.port()
            func shown() throws -> String {
                try shell("openssl s_client -connect 127.0.0.1:\(port) </dev/null | openssl x509 -noout -fingerprint")
            }
            #expect(try shown() == first)
            #expect(try await fixture.reload().json?["status"] == "unchanged")
            let second = try renew()
            #expect(second != first)
            #expect(try shown() == first)
            fixture.server.kill(SIGHUP)
            try await eventually(within: .seconds(15), "the renewed certificate is used") { try shown() == second }
            #expect(try await fixture.status()["generation"] == 2)
            #expect(try await fixture.reload().json?["status"] == "unchanged")
            try await fixture.stop()
        }
    }

    @Test("rollback goes back to the version before, or to any that is kept, and writes the file")
    func rollback() async throws {
        try await withTemporaryFolder { folder in
            let first = ReloadText.hello("text/a")
            let fixture = try await ReloadFixture(first, in: folder)
            #expect(try await fixture.put(ReloadText.hello("text/b")).status == 200)
            #expect(try await fixture.put(ReloadText.hello("text/c")).status == 200)
            let back = try await fixture.management.send("POST", "/api/workflow/rollback", json: [:])
            #expect(back.json?["status"] == "reloaded")
            #expect(try await fixture.contentType() == "text/b")
            let start = try await fixture.management.send("POST", "/api/workflow/rollback", json: ["version": 1])
            #expect(start.status == 200)
            #expect(try await fixture.contentType() == "text/a")
            #expect(try fixture.text == first)
            #expect(try await fixture.history().first == "5 rollback current")
            let missing = try await fixture.management.send("POST", "/api/workflow/rollback", json: ["version": 99])
            #expect(missing.status == 404)
            #expect(missing.json?["error"]?.stringValue?.hasPrefix("There is no configuration version 99") == true)
            try await fixture.stop()
        }
    }

    @Test("nobody changes anything without the token")
    func token() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder)
            var stranger = fixture.management
            stranger.token = nil
            let requests = [
                ("PUT", "config"), ("POST", "plan"), ("POST", "reload"), ("POST", "rollback"), ("GET", "config"),
                ("GET", "history"), ("GET", "status"),
            ]
            for (method, path) in requests {
                let answer = try await stranger.send(method, "/api/workflow/\(path)", json: method == "GET" ? nil : [:])
                #expect(answer.status == 401, "\(method) \(path)")
            }
            #expect(try await fixture.status()["generation"] == 1)
            try await fixture.stop()
        }
    }
}
