import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import WorkflowCore

@Suite("wfctl deadletters")
struct DeadLetterCommandTests {
    private static let application = """
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

    @Test("lists messages, delivers them again, and forgets them after a yes")
    func life() async throws {
        let fixture = try ControlFixture()
        let (server, url) = try await fixture.serve(Self.application)
        let line = server.standardOutput.firstMatch(of: #/listener +(http://127\.0\.0\.1:\d+)/#)
        try await post("{\"text\": \"hello\"}", to: String(try #require(line).1) + "/notes")
        func letters() async throws -> [JSONValue] {
            try await fixture.run("deadletters", "list", "--server", url, "-o", "json").json["deadLetters"]?.arrayValue
                ?? []
        }
        try await eventually("the message is given up") { try await letters().count == 1 }
        let letter = try #require(try await letters().first)
        let id = try #require(letter["id"]?.stringValue)
        let table = try await fixture.run("deadletters", "list", "--server", url)
        #expect(table.lines.first?.split(separator: " ") == ["BROKER", "ID", "SUBSCRIPTION", "ERROR"])
        #expect(table.lines.last?.hasPrefix("events  \(id)  ") == true)

        let redrive = try await fixture.run("deadletters", "redrive", "events", id, "--server", url)
        #expect(redrive.status == 0)
        #expect(redrive.errors == "\(id) is delivered again.\n")
        try await eventually("it has failed again") {
            let now = try await letters().first
            return now != nil && now?["failedAt"] != letter["failedAt"]
        }
        #expect(try await fixture.run("deadletters", "delete", "events", id, "--server", url).status == 64)
        #expect(try await letters().count == 1)
        #expect(try await fixture.run("deadletters", "delete", "events", id, "--yes", "--server", url).status == 0)
        #expect(try await letters().isEmpty)
        let again = try await fixture.run("deadletters", "delete", "events", id, "--yes", "--server", url)
        #expect(again.status == 5)
        #expect(again.errors.contains("There is no dead letter \"\(id)\"."))
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    private func post(_ text: String, to url: String) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: text))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        #expect(response.status == .accepted)
    }
}
