import Crypto
import Foundation
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct WebhookSenderTests {
    private static func yaml(_ url: String, _ keys: String = "") -> String {
        """
        modules:
          - {name: events, type: messaging.broker, config: {maxDeliveries: 1}}
          - name: hook
            type: webhook.sender
            config: {url: '\(url)/hooks?token=hidden', \(keys)}
        workflows:
          messaging:
            subscriptions: [{topic: order.*, handler: hook}]
        """
    }

    private func component(_ app: TestApplication) throws -> any ExecutableComponent {
        try app.engine.service((any ExecutableComponent).self, named: "hook")
    }

    @Test func aMessageIsPostedAsItComes() async throws {
        try await LoopbackServer.run { server in
            try await TestApplication.run(Self.yaml(server.url, "headers: {X-Tenant: a, Authorization: Bearer b}")) {
                app in
                try await app.publish("order.paid", ["id": "o1", "total": 9], id: "m 1>ü")
                try await waitUntil("the message comes") { !server.requests.isEmpty }
                let request = try #require(server.requests.first)
                #expect(request.method == "POST")
                #expect(request.path == "/hooks?token=hidden")
                #expect(request.text == #"{"id":"o1","total":9}"#)
                #expect(request["content-type"] == "application/json")
                #expect(request["x-tenant"] == "a")
                #expect(request["authorization"] == "Bearer b")
                #expect(request["idempotency-key"] == "m%201>%C3%BC")
                #expect(request["webhook-id"] == "m%201>%C3%BC")
                #expect(request["webhook-signature"] == nil)
            }
        }
    }

    @Test func aBodyIsMadeFromTheDataAndTheEvent() async throws {
        let body = "method: PUT, body: {type: '${event.topic}', order: '${data.id}', ref: 'order-${data.id}'}"
        try await LoopbackServer.run { server in
            try await TestApplication.run(Self.yaml(server.url, body)) { app in
                try await app.publish("order.paid", ["id": 7])
                try await waitUntil("the message comes") { !server.requests.isEmpty }
                let request = try #require(server.requests.first)
                #expect(request.method == "PUT")
                #expect(request.text == #"{"type":"order.paid","order":7,"ref":"order-7"}"#)
            }
        }
    }

    @Test func aSignatureCoversTheIdentifierTheTimeAndTheBody() async throws {
        var options = TestApplication.Options()
        options.clock = TestClock()
        try await LoopbackServer.run { server in
            try await TestApplication.run(Self.yaml(server.url, "secret: whsec_c2VjcmV0"), options) { app in
                _ = try await component(app).execute(["idempotencyKey": "k1", "n": 1])
                let request = try #require(server.requests.first)
                #expect(request["webhook-timestamp"] == "1767603600")
                let code = HMAC<SHA256>.authenticationCode(
                    for: Data("k1.1767603600.\(request.text)".utf8), using: SymmetricKey(data: Data("secret".utf8)))
                #expect(request["webhook-signature"] == "v1,\(Data(code).base64EncodedString())")
            }
        }
    }

    @Test func theSignatureIsThatOfTheSpecification() throws {
        let signature = try #require(WebhookSignature(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let headers = signature.headers(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: Array(#"{"test": 2432232314}"#.utf8),
            at: Timestamp(seconds: 1_614_265_330))
        #expect(headers.last?.value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func aReceiverThatIsBusyIsAskedAgainWithTheSameIdentifier() async throws {
        let clock = TestClock()
        var options = TestApplication.Options()
        options.clock = clock
        let answers = LoopbackServer.answers([
            .init(status: 503), .init(status: 429, headers: ["Retry-After": "9"]),
            .init(status: 201, body: Array(#"{"ref":5}"#.utf8)),
        ])
        try await LoopbackServer.run(answers) { server in
            try await TestApplication.run(Self.yaml(server.url), options) { app in
                let began = clock.now
                let component = try component(app)
                async let result = component.execute(["n": 1])
                for wait in [1, 10] {
                    let due = began.advanced(by: .seconds(wait))
                    try await waitUntil("the next attempt waits") { clock.nextDeadline == due }
                    clock.advance(by: clock.now.duration(to: due))
                }
                #expect(try await result == ["statusCode": 201, "response": ["ref": 5]])
                #expect(server.requests.count == 3)
                #expect(Set(server.requests.map { $0["idempotency-key"] }).count == 1)
            }
        }
    }

    @Test func aRefusalIsNotRepeatedAndTellsNoSecret() async throws {
        try await LoopbackServer.run({ _ in .init(status: 410) }) { server in
            try await TestApplication.run(Self.yaml(server.url)) { app in
                try await app.publish("order.paid", ["id": "o1"])
                let broker = try app.broker()
                try await waitUntil("the message is given up") { try await !broker.deadLetters().isEmpty }
                let letter = try #require(try await broker.deadLetters().first)
                #expect(letter.error.contains("127.0.0.1:\(server.port) refuses the request with status 410"))
                #expect(!letter.error.contains("hidden"))
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func thePolicyOfTheEngineIsAboveWhatTheConfigurationNames() async throws {
        var options = TestApplication.Options()
        options.outbound = OutboundPolicy(reach: .public)
        try await LoopbackServer.run { server in
            try await TestApplication.run(Self.yaml(server.url), options) { app in
                let component = try component(app)
                let error = await #expect(throws: WorkflowError.self) { try await component.execute([:]) }
                #expect(error?.code == .forbidden)
                let message =
                    "127.0.0.1:\(server.port) is, or leads to, a private address, which the outbound policy of this server does not allow."
                #expect(error?.message == message)
            }
            options.outbound.allowed = ["127.0.0.0/8"].compactMap { AddressRange($0) }
            try await TestApplication.run(Self.yaml(server.url), options) { app in
                _ = try await component(app).execute([:])
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test func redirectsAreRefusals() async throws {
        let answer = LoopbackServer.Answer(status: 307, headers: ["Location": "/elsewhere"])
        try await LoopbackServer.run({ _ in answer }) { server in
            try await TestApplication.run(Self.yaml(server.url)) { app in
                let component = try component(app)
                let error = await #expect(throws: WorkflowError.self) { try await component.execute([:]) }
                #expect(error?.code == .stepFailed)
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test(arguments: [(200, "paid"), (500, "failed")])
    func aHookOfAStateMachineFiresTheOutcome(status: Int, state: String) async throws {
        try await LoopbackServer.run({ _ in .init(status: status) }) { server in
            let keys = "maxRetries: 0, successTransition: approve, compensateTransition: decline"
            let yaml = """
                modules:
                  - {name: machines, type: statemachine.engine}
                  - {name: hook, type: webhook.sender, config: {url: '\(server.url)/hooks?token=hidden', \(keys)}}
                workflows:
                  statemachine:
                    definitions:
                      - name: order
                        initialState: new
                        states: {new: , paying: , paid: {isFinal: true}, failed: {isError: true}}
                        transitions:
                          pay: {fromState: new, toState: paying}
                          approve: {fromState: paying, toState: paid}
                          decline: {fromState: paying, toState: failed}
                    hooks:
                      - {transitions: [pay], handler: hook}
                """
            try await TestApplication.run(yaml) { app in
                _ = try await app.engine.invoke("order", action: "pay", data: ["id": "o1", "total": 9])
                let instance = try await app.instance("o1", in: state)
                let request = try #require(server.requests.first)
                let sent = try JSONValue(parsing: request.body)
                #expect(sent["total"] == 9)
                #expect(sent["transitionId"] == "pay")
                #expect(request["idempotency-key"] == sent["idempotencyKey"]?.stringValue)
                #expect(instance.data["error"]?.stringValue?.contains("hidden") != true)
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test(arguments: [
        ("url: ftp://example.com", "only http and https"), ("url: example.com/hook", "the URL must be absolute"),
        ("url: 'https://user:pw@example.com'", "must not carry a user name"),
        ("url: https://example.com, method: GET", "must be one of POST, PUT, PATCH, DELETE"),
        ("url: https://example.com, secret: 'whsec_*'", "is no valid key"),
        ("url: https://example.com, headers: {Host: a}", "set by the engine"),
        ("url: https://example.com, headers: {'a b': c}", "no name of a header field"),
        ("url: https://example.com, headers: {a: \"b\\r\\nc: d\"}", "the value of \"a\" is not valid"),
        ("url: https://example.com, headers: {a: b, A: c}", "given twice"),
        ("url: https://example.com, body: {a: '${data.}'}", "of the expression"),
        ("url: https://example.com, timeout: 0s", "must be more than 0"), ("method: PUT", "missing key \"url\""),
        ("url: https://example.com, urll: a", "unknown key"),
    ])
    func mistakesAreTold(keys: String, problem: String) async throws {
        let issues = try await TestApplication.issues(
            "modules: [{name: hook, type: webhook.sender, config: {\(keys)}}]")
        #expect(issues.count == 1)
        #expect(issues.first?.contains(problem) == true, "\(issues)")
    }
}
