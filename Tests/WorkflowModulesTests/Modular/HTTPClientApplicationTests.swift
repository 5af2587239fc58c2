import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// The HTTP client as a part of an application.
@Suite struct HTTPClientApplicationTests {
    @Test func itHandlesMessagesAndHasRefusedOnesDeliveredAgain() async throws {
        try await LoopbackServer.run(HTTPClientTests.json) { server in
            let yaml = HTTPClientTests.yaml(
                "baseURL: '\(server.url)'",
                rest: """
                      - {name: events, type: messaging.broker, config: {maxDeliveries: 2, retryBackoff: 1ms}}
                    workflows:
                      messaging: {subscriptions: [{topic: ask, handler: client}]}
                    """)
            try await TestApplication.run(yaml) { app in
                try await app.publish("ask", ["url": "ok", "method": "PUT"], id: "1")
                try await app.publish("ask", ["url": "missing"], id: "2")
                try await waitUntil("the refused message is a dead letter") {
                    try await app.broker().deadLetters().map(\.message.id) == ["2"]
                }
                let letter = try #require(try await app.broker().deadLetters().first)
                #expect(letter.error.contains("The request was refused with status 404."))
            }
            #expect(server.requests.map { "\($0.method) \($0.path)" } == ["PUT /ok", "GET /missing", "GET /missing"])
        }
    }

    @Test(arguments: [("ok", "done"), ("missing", "failed")])
    func itIsAStepWhoseAnswerFiresATransition(url: String, state: String) async throws {
        try await LoopbackServer.run(HTTPClientTests.json) { server in
            let yaml = HTTPClientTests.yaml(
                "baseURL: '\(server.url)', successTransition: succeed, compensateTransition: fail",
                rest: """
                      - {name: machines, type: statemachine.engine}
                    workflows:
                      statemachine:
                        definitions:
                          - name: call
                            initialState: new
                            states: {new: , open: , done: {isFinal: true}, failed: {isFinal: true}}
                            transitions:
                              ask: {fromState: new, toState: open}
                              succeed: {fromState: open, toState: done}
                              fail: {fromState: open, toState: failed}
                        hooks: [{transitions: [ask], handler: client}]
                    """)
            try await TestApplication.run(yaml) { app in
                let request: JSONValue = ["url": .string(url), "method": "POST"]
                _ = try await app.engine.invoke("call", action: "ask", data: ["id": "c1", "request": request])
                let instance = try await app.instance("c1", in: state)
                #expect(instance.data["statusCode"] == (state == "done" ? 200 : 404))
            }
            #expect(server.requests.map(\.path) == ["/\(url)"])
            #expect(server.requests.first?["idempotency-key"]?.isEmpty == false)
        }
    }
}
