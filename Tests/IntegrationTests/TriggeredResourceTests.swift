import Foundation
import Testing
import WorkflowCore

@Suite("An HTTP trigger with the identifier of a resource")
struct TriggeredResourceTests {
    private static let yaml = """
        modules:
          - {name: web, type: http.server, config: {address: "127.0.0.1:0"}}
          - {name: router, type: http.router}
          - {name: tokens, type: auth.jwt, config: {secret: a secret that is only good for tests}}
          - {name: guard, type: http.middleware.auth}
          - {name: tickets, type: api.handler, config: {resourceName: tickets, workflowType: ticket-flow}}
          - {name: engine, type: statemachine.engine}
        workflows:
          http:
            routes:
              - {method: POST, path: "/api/auth/{action}", handler: tokens}
              - {method: "*", path: /tickets, handler: tickets, middlewares: [guard]}
              - {method: "*", path: "/tickets/{id}", handler: tickets, middlewares: [guard]}
          statemachine:
            definitions:
              - name: ticket-flow
                initialState: open
                states: {open: {}, held: {}, closed: {isFinal: true}}
                transitions:
                  hold: {fromState: open, toState: held}
                  close: {fromState: held, toState: closed}
        triggers:
          http:
            routes:
              - {method: POST, path: "/tickets/{id}/hold", workflow: ticket-flow, action: hold, middlewares: [guard]}
              - {method: POST, path: "/tickets/{id}/close", workflow: ticket-flow, action: close, middlewares: [guard]}
        """

    @Test("moves its instance, and begins none for somebody else's or for none")
    func movesTheInstance() async throws {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/app.yaml"
            try Self.yaml.write(toFile: file, atomically: true, encoding: .utf8)
            let server = try ServerProcess(["run", file, "--state", "none", "--management-address", "none"])
            let anonymous = try await TestClient(port: server.port())
            let ann = try await anonymous.registered(email: "ann@example.com")
            let bob = try await anonymous.registered(email: "bob@example.com")
            for action in ["hold", "close"] {
                let answer = try await ann.send("POST", "/tickets/ghost/\(action)", json: [:])
                #expect(answer.status == 404, "\(action)")
            }
            #expect(try await ann.send("POST", "/tickets", json: ["id": "ghost"]).status == 201)

            let created = try await ann.send("POST", "/tickets", json: ["title": "printer"])
            let id = try #require(created.json?["id"]?.stringValue)
            #expect(try await bob.send("POST", "/tickets/\(id)/hold", json: [:]).status == 404)
            let held = try await ann.send("POST", "/tickets/\(id)/hold", json: ["note": "paper"])
            #expect(held.status == 202)
            #expect(held.json?["result"]?["instanceId"]?.stringValue == id)
            #expect(try await ann.send("POST", "/tickets/\(id)/hold", json: [:]).status == 409)
            let shown = try await ann.send("GET", "/tickets/\(id)")
            #expect(shown.json?["state"]?.stringValue == "held")
            server.kill(SIGTERM)
            #expect(try await server.exitStatus() == 0)
        }
    }
}
