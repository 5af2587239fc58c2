import Foundation
import NIOHTTP1
import Testing
import WorkflowCore
import WorkflowModules

@Suite("Keys that other engines of this format read differently, or not at all")
struct CompatibilityKeyTests {
    private static let web = """
        modules:
          - {name: web, type: http.server, config: {address: ":0"}}
          - {name: router, type: http.router}

        """
    private static let machine = """
          statemachine:
            definitions:
              - name: ticket
                initialState: open
                states: {open: {}, held: {}, closed: {isFinal: true}}
                transitions: {close: {fromState: open, toState: closed}, hold: {fromState: open, toState: held}}

        """

    @Test("instanceIDField and instanceIDPrefix make the identifier of an instance")
    func instanceIdentifiers() async throws {
        try await RunningApplication.run(
            Self.web + """
                  - {name: engine, type: statemachine.engine}
                  - name: tickets
                    type: api.handler
                    config: {resourceName: tickets, workflowType: ticket, instanceIDField: number, instanceIDPrefix: t-}
                workflows:
                  http: {routes: [{method: "*", path: /tickets, handler: tickets}]}

                """ + Self.machine
        ) { app in
            let ticket = try await app.client.send("POST", "/tickets", json: ["id": "1", "number": "77"])
            #expect(ticket.status == 201)
            #expect(ticket.json?["data"]?["instanceId"] == "t-77")
            #expect(try await app.engine.invoke("ticket", action: "close", data: ["id": "t-77"])["success"] == true)
        }
    }

    @Test("instanceIDKey tells the tracker which instance a resource without one follows")
    func instanceIDKey() async throws {
        try await RunningApplication.run(
            Self.web + """
                  - {name: engine, type: statemachine.engine}
                  - {name: tracker, type: state.tracker}
                  - {name: letters, type: api.handler, config: {resourceName: letters}}
                workflows:
                  http: {routes: [{method: POST, path: /letters, handler: letters}]}

                """ + Self.machine + """
                        resourceMappings: [{resourceType: letters, stateMachine: engine, instanceIDKey: about}]

                    """
        ) { app in
            _ = try await app.engine.invoke("ticket", action: "close", data: ["id": "t-1"])
            #expect(try await app.client.send("POST", "/letters", json: ["id": "a", "about": "t-1"]).status == 201)
            #expect(try await app.client.send("POST", "/letters", json: ["id": "b", "about": "t-2"]).status == 201)
            let tracker = try app.engine.service(StateTracker.self, named: "tracker")
            #expect(try await tracker.state(of: "letters", id: "a")?.currentState == "closed")
            #expect(try await tracker.state(of: "letters", id: "b") == nil)
        }
    }

    @Test("publishEvents says whether changes are told")
    func publishEvents() async throws {
        try await RunningApplication.run(
            Self.web + """
                  - {name: bus, type: messaging.broker}
                  - {name: log, type: messaging.handler, config: {topic: "*"}}
                  - {name: quiet, type: api.handler, config: {resourceName: quiet, publishEvents: false}}
                  - {name: loud, type: api.handler, config: {resourceName: loud}}
                workflows:
                  http:
                    routes: [{method: POST, path: /quiet, handler: quiet}, {method: POST, path: /loud, handler: loud}]

                """
        ) { app in
            for path in ["/quiet", "/loud"] {
                #expect(try await app.client.send("POST", path, json: ["id": "7"]).status == 201)
            }
            try await app.expectMessage(
                to: "log", topic: "loud-events", containing: #""eventType":"loud.created","resourceId":"7""#)
            #expect(app.messages(to: "log", topic: "quiet-events").isEmpty)
        }
    }

    @Test("cacheMaxAge tells clients how long a file is good; names of the YAML are those of the modules")
    func cacheMaxAge() async throws {
        try await withTemporaryFolder { folder in
            try "a".write(toFile: "\(folder)/a.css", atomically: true, encoding: .utf8)
            try await RunningApplication.run(
                Self.web + "  - {name: pages, type: static.fileserver, config: {root: \(folder), cacheMaxAge: 60}}\n"
            ) { app in
                let file = try await app.client.send("GET", "/a.css")
                #expect(file.headers.first(name: "cache-control") == "public, max-age=60")
                #expect(file.headers.first(name: "x-content-type-options") == "nosniff")
            }
        }
    }

    @Test("a token of another issuer is refused")
    func issuer() async throws {
        func yaml(_ issuer: String) -> String {
            Self.web + """
                  - name: tokens
                    type: auth.jwt
                    config: {secret: a secret that is only good for tests, issuer: \(issuer)}
                workflows:
                  http: {routes: [{method: "*", path: "/api/auth/{action}", handler: tokens}]}
                """
        }
        try await RunningApplication.run(yaml("one")) { one in
            let ada = try await one.client.registered(email: "ada@example.com")
            #expect(try await ada.send("GET", "/api/auth/profile").json?["email"] == "ada@example.com")
            try await RunningApplication.run(yaml("two")) { two in
                var stranger = two.client
                stranger.token = ada.token
                let refused = try await stranger.send("GET", "/api/auth/profile")
                #expect(refused.status == 401)
                #expect(refused.json?["error"] == "invalid token")
            }
        }
    }

    @Test("whole numbers may be written with a point, and fractions without one")
    func numbers() async throws {
        let yaml = """
            modules:
              - {name: web, type: http.server, config: {address: ":0"}}
              - {name: router, type: http.router}
              - {name: limit, type: http.middleware.ratelimit, config: {requestsPerMinute: 300, burstSize: 50.0}}
              - {name: hook, type: webhook.sender, config: {url: "http://127.0.0.1:1/", maxRetries: 0.0, timeout: 1.5}}
              - {name: integrations, type: integration.registry}
            workflows:
              integration:
                connectors:
                  - name: crm
                    type: api
                    config: {baseURL: "http://127.0.0.1:1", timeoutSeconds: 5, requestsPerMinute: 60.0}
                steps: [{name: a, connector: crm, action: GET /, retryCount: 1.0, retryDelay: 2}]
            """
        try await RunningApplication.run(yaml + "\n  http: {routes: []}\n") { _ in }
    }

    @Test("a section at the top of the file is for the modules of its type; what config says wins")
    func settings() async throws {
        let backend = Self.web + "  - {name: other, type: http.handler, config: {path: \"/{path...}\"}}\n"
        try await RunningApplication.run(backend) { other in
            let gateway =
                Self.web + "  - {name: proxy, type: reverseproxy, config: {routes: {/b/*: shop}}}\n"
                + "reverseproxy: {backend_services: {shop: \"\(other.client.base)\"}, routes: {/a/*: shop}}\n"
            try await RunningApplication.run(gateway) { app in
                let passedOn = try await app.client.send("GET", "/b/1")
                #expect(passedOn.json?["handler"] == "other")
                let unknown = try await app.client.send("GET", "/a/1")
                #expect(unknown.status == 404)
            }
        }
    }

    @Test("a section that no module uses is refused")
    func unusedSettings() async throws {
        let error = await #expect(throws: ConfigurationError.self) {
            try await RunningApplication.run(Self.web + "reverseproxy: {routes: {}}\n") { _ in }
        }
        #expect(
            error?.issues.contains { $0.message == "no module uses these settings" && $0.location.line == 4 } == true)
    }

    @Test("branches of a module that decides nothing are refused")
    func branchesElsewhere() async throws {
        let error = await #expect(throws: ConfigurationError.self) {
            try await RunningApplication.run(
                """
                modules:
                  - {name: log, type: messaging.handler, branches: {"true": other}}
                """
            ) { _ in }
        }
        #expect(error?.issues.first?.message == "messaging.handler has no branches")
        #expect(error?.issues.first?.location.line == 2)
    }

    @Test("what a workflow does is told on the topics of its life, and counted in the six metrics")
    func lifeAndMetrics() async throws {
        try await RunningApplication.run(
            Self.web + """
                  - {name: engine, type: statemachine.engine}
                  - {name: bus, type: messaging.broker}
                  - {name: log, type: messaging.handler, config: {topic: "workflow.*"}}
                  - {name: metrics, type: metrics.collector}
                workflows:

                """ + Self.machine
        ) { app in
            _ = try await app.engine.invoke("ticket", action: "close", data: ["id": "1"])
            await #expect(throws: WorkflowError.self) {
                try await app.engine.invoke("ticket", action: "close", data: ["id": "1"])
            }
            _ = try await app.engine.invoke("ticket", action: "hold", data: ["id": "2"])
            try await app.expectMessage(
                to: "log", topic: "workflow.ticket.started", containing: #""workflowType":"ticket","action":"close""#)
            try await app.expectMessage(to: "log", topic: "workflow.ticket.completed", containing: #""duration":"#)
            try await app.expectMessage(to: "log", topic: "workflow.ticket.failed", containing: #""error":"#)
            _ = try await app.client.send("GET", "/metrics")
            let metrics = try await String(decoding: app.client.send("GET", "/metrics").body, as: UTF8.self)
            for line in [
                #"workflow_executions_total{workflow_type="ticket",action="close",status="success"} 1"#,
                #"workflow_executions_total{workflow_type="ticket",action="close",status="error"} 1"#,
                #"workflow_duration_seconds_count{workflow_type="ticket",action="close"} 2"#,
                #"http_requests_total{method="GET",path="/metrics",status_code="200"} "#,
                #"http_request_duration_seconds_count{method="GET",path="/metrics"} "#,
                #"module_operations_total{module="log",operation="handle",status="success"} "#,
                #"active_workflows{workflow_type="ticket"} 1"#,
            ] {
                #expect(metrics.contains(line), "\(line)")
            }
        }
    }
}
