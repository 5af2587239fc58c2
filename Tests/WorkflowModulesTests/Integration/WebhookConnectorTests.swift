import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct WebhookConnectorTests {
    private func yaml(_ url: String, _ webhook: String, modules: String = "") -> String {
        """
        modules:
          - {name: integrations, type: integration.registry}
          - {name: guard, type: test.guard}
        \(modules)
        workflows:
          integration:
            connectors:
              - {name: api, type: http, config: {baseURL: '\(url)'}}
              - {name: hook, type: webhook, config: {path: /webhooks/orders, \(webhook)}}
            workflows:
              one: {steps: [{name: a, connector: api, action: POST /one, input: '${data}'}]}
              two: {steps: [{name: a, connector: api, action: POST /two}]}
        """
    }

    private static let router = "  - {name: router, type: test.routes}"

    @Test func aRequestRunsTheWorkflowWithItsBodyAsData() async throws {
        try await LoopbackServer.run { server in
            let yaml = yaml(server.url, "workflow: one, port: 8080", modules: Self.router)
            try await IntegrationApplication.run(yaml) { app in
                #expect(
                    try app.engine.service(RoutesModule.self, named: "router").patterns == ["POST /webhooks/orders"])
                let (status, answer) = try await app.send(.post, "/webhooks/orders", #"{"order":7}"#)
                #expect(status == 200)
                #expect(answer["status"] == "ok")
                #expect(server.requests.map { "\($0.path) \($0.text)" } == [#"/one {"order":7}"#])
                let records = try await app.executions("one")
                #expect(records.map { $0["id"] } == [answer["executionId"]])
                let (wrong, error) = try await app.send(.post, "/webhooks/orders", "{")
                #expect(wrong == 400)
                #expect(error["error"] == "the body must be a JSON object")
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func aFailureIsToldSoThatTheSenderTriesAgain() async throws {
        try await LoopbackServer.run({ _ in .init(status: 500) }) { server in
            let yaml = yaml(server.url, "workflow: two, middlewares: [guard]", modules: Self.router)
            try await IntegrationApplication.run(yaml) { app in
                #expect(try await app.send(.post, "/webhooks/orders", "{}").status == 401)
                let (status, answer) = try await app.send(.post, "/webhooks/orders", "{}", token: "letmein")
                #expect(status == 502)
                #expect(answer["step"] == "a")
            }
        }
    }

    @Test(arguments: [
        (
            "", "\(router)",
            "there are several workflows, and nothing says which one the webhook runs\n    hint: name one: workflow: (one, two)"
        ),
        ("workflow: three", "\(router)", "there is no integration \"three\"\n    hint: the integrations are: one, two"),
        (
            "workflow: one", "",
            "a webhook needs a module of type http.router, and an http.server on port 8080\n    hint: add them to modules"
        ),
        (
            "workflow: one", "\(router)\n  - {name: other, type: test.routes}",
            "there are several routers, and nothing says which one the webhook belongs to\n    hint: name one: router: (router, other)"
        ),
    ])
    func mistakesAreTold(webhook: String, modules: String, problem: String) async throws {
        let issues = try await IntegrationApplication.issues(yaml("http://a.example", webhook, modules: modules))
        #expect(issues.count == 1)
        #expect(issues.first?.hasSuffix(problem) == true, "\(issues)")
    }
}
