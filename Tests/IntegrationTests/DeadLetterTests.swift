import Foundation
import Testing
import WorkflowCore

@Suite("Dead letters")
struct DeadLetterTests {
    private static let yaml = """
        modules:
          - {name: web, type: http.server, config: {address: "127.0.0.1:0"}}
          - {name: router, type: http.router}
          - {name: events, type: messaging.broker, config: {maxDeliveries: 1}}
          - {name: reader, type: data.transformer, config: {operations: [{extract: {path: not.there}}]}}
        workflows:
          messaging:
            subscriptions: [{topic: notes, handler: reader}]
        triggers:
          http:
            routes: [{method: POST, path: /notes, workflow: messaging, action: notes}]
        """

    /// Runs the application and calls `body` with a client of it and one of its management API.
    private func run(_ folder: String, _ body: (TestClient, TestClient) async throws -> Void) async throws {
        let file = "\(folder)/app.yaml"
        try Self.yaml.write(toFile: file, atomically: true, encoding: .utf8)
        let server = try ServerProcess(
            ["run", file, "--management-address", "127.0.0.1:0"],
            environment: ["WORKFLOW_MANAGEMENT_TOKEN": "0123456789abcdef0123456789abcdef"])
        let client = try await TestClient(port: server.port())
        let line = server.standardOutput.firstMatch(of: #/management +http://127\.0\.0\.1:(\d+)//#)
        let port = try #require(line.flatMap { Int($0.1) })
        let management = TestClient(port: port, token: "0123456789abcdef0123456789abcdef")
        try await body(client, management)
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    private func letters(_ management: TestClient) async throws -> [JSONValue] {
        let answer = try await management.send("GET", "/api/workflow/dead-letters")
        #expect(answer.status == 200)
        return answer.json?["deadLetters"]?.arrayValue ?? []
    }

    @Test("survive a restart, and are listed, delivered again and discarded through the management API")
    func restart() async throws {
        try await withTemporaryFolder { folder in
            try await run(folder) { client, management in
                #expect(try await client.send("POST", "/notes", json: ["text": "hello"]).status == 202)
                try await eventually("the message is given up") { try await letters(management).count == 1 }
            }
            try await run(folder) { client, management in
                let letter = try #require(try await letters(management).first)
                #expect(letter["broker"] == "events")
                #expect(letter["message"]?["payload"]?["text"] == "hello")
                let id = try #require(letter["id"]?.stringValue)
                let path = "/api/workflow/dead-letters/events/\(id)"
                #expect(try await client.send("GET", "/api/workflow/dead-letters").status == 404)
                #expect(try await management.send("POST", "\(path)/redrive").status == 202)
                try await eventually("it has failed again") {
                    try await letters(management).first?["failedAt"] != letter["failedAt"]
                }
                #expect(try await management.send("DELETE", path).status == 204)
                #expect(try await management.send("DELETE", path).status == 404)
                #expect(try await management.send("POST", "\(path)/redrive").status == 404)
                #expect(try await letters(management).isEmpty)
            }
        }
    }
}
