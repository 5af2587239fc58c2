import Foundation
import TestServices
import Testing
import WorkflowCore

@Suite("A configuration that fails after it has taken over")
struct ReloadRollbackTests {
    private static let reason = "gate backends: far: 1 of 1 not available"

    private func rolledBack(_ fixture: ReloadFixture) async throws -> JSONValue {
        try await eventually(within: .seconds(15), "the old configuration is back") {
            try await fixture.lastReload()["status"] == "rolled_back"
        }
        return try await fixture.status()
    }

    private func run(
        _ options: [String] = [], _ body: (ReloadFixture, String) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder, options)
            try await body(fixture, ReloadText.proxy(to: FreePort.next()))
            try await fixture.stop()
        }
    }

    @Test("the old one takes over, the file and the history with it, and status and log say why")
    func unhealthy() async throws {
        try await run { fixture, proxy in
            let before = try await fixture.status()
            #expect(try await fixture.put(ReloadText.hello("text/b", modules: [proxy])).status == 200)
            let status = try await rolledBack(fixture)
            #expect(status["generation"] == 1)
            #expect(status["configHash"] == before["configHash"])
            #expect(status["lastReload"]?["reason"] == .string(Self.reason))
            #expect(try await fixture.contentType() == "text/a")
            try await eventually(within: .seconds(15), "the history says it") {
                try await fixture.history() == ["2 put rolledBack", "1 start current"]
            }
            #expect(try fixture.text == ReloadText.hello("text/a"))
            let log = "The new configuration failed; the one before has taken over again"
            try await eventually("the log tells it") { fixture.server.standardError.contains(log) }
            // A further change begins with what runs.
            #expect(try await fixture.put(ReloadText.hello("text/c")).status == 200)
            #expect(try await fixture.contentType() == "text/c")
        }
    }

    @Test("a reload that changes nothing does not hide why")
    func stillKnown() async throws {
        try await run { fixture, proxy in
            #expect(try await fixture.put(ReloadText.hello("text/b", modules: [proxy])).status == 200)
            _ = try await rolledBack(fixture)
            #expect(try await fixture.reload().json?["status"] == "unchanged")
            #expect(try await fixture.lastReload()["reason"] == .string(Self.reason))
        }
    }

    @Test("it fails by its answers: too many server errors bring the old one back")
    func errorRate() async throws {
        // Long enough for a slow machine to answer all requests.
        try await run(["--reload-observation-seconds", "120"]) { fixture, _ in
            let proxy = ReloadText.proxy(to: try FreePort.next()).replacing("enabled: true", with: "enabled: false")
            #expect(try await fixture.put(ReloadText.hello("text/b", modules: [proxy])).status == 200)
            for _ in 0..<30 {
                let status = try await fixture.client.send("GET", "/far/away").status
                #expect(status == 502 || status == 404)
            }
            let status = try await rolledBack(fixture)
            #expect(
                status["lastReload"]?["reason"]?.stringValue?.hasSuffix(
                    "% of the requests failed with a server error") == true)
            #expect(try await fixture.contentType() == "text/a")
        }
    }

    @Test("the limits of the listener go back with it, without a connection being refused")
    func limits() async throws {
        try await run { fixture, _ in
            // Takes connections and does not answer, so that nothing is known of it until it is gone.
            let backend = try RawSocket.listener()
            let proxy = ReloadText.proxy(to: backend.port).replacing("timeout: 1s", with: "timeout: 1m")
            // Each request ends its connection, so that the next one begins another.
            let headers = ["connection": "close", "x-large": String(repeating: "x", count: 2000)]
            func answers(_ status: Int) async throws {
                try await eventually(within: .seconds(15), "a large header is answered with \(status)") {
                    try await fixture.client.send("GET", "/hello", headers: headers).status == status
                }
            }
            try await answers(200)
            let text = ReloadText.hello("text/b", modules: [proxy])
                .replacing("127.0.0.1:0\"", with: "127.0.0.1:0\", maxHeaderBytes: 1KB")
            #expect(try await fixture.put(text).status == 200)
            try await answers(431)
            backend.close()
            _ = try await rolledBack(fixture)
            try await answers(200)
        }
    }

    @Test("another text with the same meaning fails with it")
    func sameMeaning() async throws {
        try await run { fixture, _ in
            // Takes connections and does not answer, so that nothing is known of it until it is gone.
            let backend = try RawSocket.listener()
            let proxy = ReloadText.proxy(to: backend.port).replacing("timeout: 1s", with: "timeout: 1m")
            let text = ReloadText.hello("text/b", modules: [proxy])
            #expect(try await fixture.put(text).status == 200)
            #expect(try await fixture.put("# a note\n" + text).json?["status"] == "unchanged")
            backend.close()
            try await fixture.eventuallyAnswers("text/a")
            try await eventually(within: .seconds(15), "the file is back") {
                try fixture.text == ReloadText.hello("text/a")
            }
            try await eventually(within: .seconds(15), "the history says it") {
                try await fixture.history() == ["3 put rolledBack", "2 put rolledBack", "1 start current"]
            }
        }
    }
}
