import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct SlackNotificationTests {
    private static func yaml(_ url: String, _ keys: String = "") -> String {
        """
        modules:
          - {name: events, type: messaging.broker, config: {maxDeliveries: 1}}
          - {name: chat, type: notification.slack, config: {webhookUrl: '\(url)/services/T0/hidden', \(keys)}}
        workflows:
          messaging:
            subscriptions: [{topic: order.*, handler: chat}]
        """
    }

    @Test func aMessageIsWrittenToTheChannel() async throws {
        let keys = "channel: '#orders', username: Orders, text: 'Order ${data.id} <!here>: ${data.note}'"
        try await LoopbackServer.run { server in
            try await TestApplication.run(Self.yaml(server.url, keys)) { app in
                try await app.publish("order.paid", ["id": 7, "note": "<!channel> & co"])
                try await waitUntil("the message comes") { !server.requests.isEmpty }
                let request = try #require(server.requests.first)
                #expect(request.path == "/services/T0/hidden")
                let body = try JSONValue(parsing: request.body)
                #expect(
                    body == [
                        "channel": "#orders", "username": "Orders",
                        "text": "Order 7 <!here>: &lt;!channel&gt; &amp; co",
                    ])
            }
        }
    }

    @Test(
        arguments: [
            (["text": "hello"], "hello"), (["message": "hi"], "hi"), ("plain", "plain"),
            (["a": ["b", 1]], #"{"a":["b",1]}"#),
        ] as [(JSONValue, String)])
    func withoutATextTheContentSpeaksForItself(payload: JSONValue, text: String) throws {
        let message = SlackMessage(channel: "", username: "", text: nil)
        #expect(
            try message.body(for: OutboundEvent(id: "1", topic: "a", payload: payload)) == ["text": .string(text)])
    }

    @Test func aFailureTellsNoSecret() async throws {
        try await LoopbackServer.run({ _ in .init(status: 403) }) { server in
            try await TestApplication.run(Self.yaml(server.url)) { app in
                try await app.publish("order.paid", ["id": 7])
                let broker = try app.broker()
                try await waitUntil("the message is given up") { try await !broker.deadLetters().isEmpty }
                let error = try #require(try await broker.deadLetters().first?.error)
                #expect(error.contains("status 403"))
                #expect(!error.contains("hidden"))
            }
        }
    }

    @Test func theURLIsRequiredAndSecret() async throws {
        let issues = try await TestApplication.issues("modules: [{name: chat, type: notification.slack}]")
        #expect(issues.first?.contains("missing key \"webhookURL\"") == true, "\(issues)")
        let field = SlackNotificationModule.Configuration.fields.first { $0.schema.name == "webhookURL" }
        #expect(field?.schema.isSecret == true)
    }
}
