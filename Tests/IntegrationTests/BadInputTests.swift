import Foundation
import Testing
import WorkflowCore

@Suite("Bad input gets a clear answer and harms nobody")
struct BadInputTests {
    @Test("bodies, tokens and paths that are wrong")
    func badRequests() async throws {
        try await withTemporaryFolder { folder in
            let server = try StoreFixture.start(state: folder)
            let anonymous = try await TestClient(port: server.port())
            let client = try await anonymous.registered(email: "bad@example.com")
            let bodies: [(name: String, bytes: [UInt8], status: Int)] = [
                ("a little more than 1 MiB", Array(repeating: UInt8(ascii: " "), count: (1 << 20) + 1), 413),
                ("200,000 brackets", Array(repeating: UInt8(ascii: "["), count: 200_000), 400),
                ("invalid UTF-8", Array("{\"items\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), 400),
                ("duplicate keys", Array(#"{"items":[],"items":[1]}"#.utf8), 400),
                ("not an object", Array("[]".utf8), 400),
                ("cut short", Array(#"{"items":["#.utf8), 400),
            ]
            for body in bodies {
                let answer = try await client.send("POST", "/api/orders", body: body.bytes)
                #expect(answer.status == body.status, "\(body.name)")
                #expect(answer.json?["error"]?.stringValue?.isEmpty == false, "\(body.name) names the error")
            }
            #expect(try await uploadStatus(tenMegabytes: "\(anonymous.base)/api/auth/login", folder) == 413)
            let tokens = [
                "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJ4IiwiaXNzIjoic3RvcmUiLCJleHAiOjk5OTk5OTk5OTl9.",
                "not a token", String(repeating: "a", count: 5000),
            ]
            for token in tokens {
                let answer = try await anonymous.send(
                    "GET", "/api/orders", headers: ["authorization": "Bearer \(token)"])
                #expect(answer.status == 401)
            }
            for path in ["/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/workflow.yaml", "/.workflow/state.sqlite"] {
                let answer = try await anonymous.send("GET", path, headers: ["accept": "*/*"])
                let text = String(decoding: answer.body, as: UTF8.self)
                #expect(!["root:", "modules:", "SQLite format"].contains { text.contains($0) }, "\(path)")
            }
            #expect(try await anonymous.send("GET", "/api/nothing").status == 404)
            #expect(try await anonymous.send("DELETE", "/api/products").status == 405)
            #expect(try await anonymous.send("GET", "/readyz").status == 200)
            server.kill(SIGTERM)
            #expect(try await server.exitStatus() == 0)
        }
    }

    /// Sends 10 MB with curl, which reads the answer that comes before everything is sent.
    private func uploadStatus(tenMegabytes url: String, _ folder: String) async throws -> Int? {
        let file = "\(folder)/large.json"
        try Data(repeating: UInt8(ascii: " "), count: 10 << 20).write(to: URL(fileURLWithPath: file))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "curl", "-s", "-m", "20", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", "@\(file)", url,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Int(text)
    }

    @Test("an order of one customer does not exist for another")
    func ownership() async throws {
        try await withTemporaryFolder { folder in
            let server = try StoreFixture.start(state: folder)
            let anonymous = try await TestClient(port: server.port())
            let (ann, bob) = (
                try await anonymous.registered(email: "ann@example.com"),
                try await anonymous.registered(email: "bob@example.com")
            )
            let order = try await ann.send("POST", "/api/orders", json: StoreFixture.order)
            let id = try #require(order.json?["id"]?.stringValue)
            #expect(try await ann.send("GET", "/api/orders/\(id)").status == 200)
            #expect(try await bob.send("GET", "/api/orders/\(id)").status == 404)
            #expect(try await bob.send("GET", "/api/orders").json?.arrayValue?.isEmpty == true)
            let transition: JSONValue = ["transition": "cancel_order"]
            #expect(try await bob.send("PUT", "/api/orders/\(id)/transition", json: transition).status == 404)
            #expect(try await anonymous.send("GET", "/api/orders/\(id)").status == 401)
        }
    }

    @Test("a script that does not compile is told with its line, and nothing is started")
    func brokenScript() async throws {
        try await withTemporaryFolder { folder in
            let script = "\(folder)/broken.js"
            try "module.exports = {\n  execute(input) { return 1 +; }\n};\n"
                .write(toFile: script, atomically: true, encoding: .utf8)
            let yaml = """
                modules:
                  - name: broken
                    type: dynamic.component
                    config: {source: broken.js}
                """
            try yaml.write(toFile: "\(folder)/app.yaml", atomically: true, encoding: .utf8)
            let server = try ServerProcess(
                ["run", "\(folder)/app.yaml", "--state", "none", "--management-address", "none"])
            #expect(try await server.exitStatus() != 0)
            #expect(server.standardError.contains("broken.js:2"))
        }
    }
}
