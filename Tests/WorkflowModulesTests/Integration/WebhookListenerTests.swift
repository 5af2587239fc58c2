import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct WebhookListenerTests {
    private func yaml(_ url: String, _ webhooks: [String], modules: String = "") -> String {
        """
        modules:
          - {name: integrations, type: integration.registry}
          - {name: guard, type: test.guard}
        \(modules)
        workflows:
          integration:
            steps: [{name: a, connector: api, action: POST /one, input: '${data}'}]
            connectors:
              - {name: api, type: http, config: {baseURL: '\(url)'}}
        \(webhooks.enumerated().map { "      - {name: hook\($0), type: webhook, config: {\($1)}}" }.joined(separator: "\n"))
        """
    }

    private static let router = "  - {name: router, type: test.routes}"

    @Test func webhooksOfAPortShareAListenerThatRunsTheWorkflow() async throws {
        let listeners = RecordingListeners()
        try await LoopbackServer.run { server async throws in
            let yaml = yaml(
                server.url,
                [
                    "path: /hooks/a, port: 8081", "path: /hooks/b, port: 8081, middlewares: [guard]",
                    "path: /hooks/c, port: 8082, host: 127.0.0.1", "path: /hooks/d",
                ], modules: Self.router)
            try await IntegrationApplication.run(yaml, listeners: listeners) { app async throws in
                #expect(listeners.made.map(\.place) == [":8081", "127.0.0.1:8082"])
                #expect(listeners.made.map(\.calls) == [["prepare", "activate"], ["prepare", "activate"]])
                #expect(try app.engine.service(RoutesModule.self, named: "router").patterns == ["POST /hooks/d"])
                let first = listeners.made[0]
                #expect(try await first.send("/hooks/a", #"{"order":7}"#)["status"] == "ok")
                #expect(server.requests.map { "\($0.path) \($0.text)" } == [#"/one {"order":7}"#])
                #expect(try await first.send("/hooks/b", "{}")["error"] == "no")
                #expect(try await listeners.made[1].send("/hooks/c", "{}")["status"] == "ok")
            }
        }
        #expect(listeners.made.map { $0.calls.suffix(2) } == [["quiesce", "shutdown"], ["quiesce", "shutdown"]])
    }

    @Test func withoutARouterThereIsAListenerOn8080() async throws {
        let listeners = RecordingListeners()
        let issues = try await IntegrationApplication.issues(
            yaml("http://a.example", ["path: /hook"]), listeners: listeners)
        #expect(issues == [])
        #expect(listeners.made.map(\.place) == [":8080"])
        #expect(listeners.made.first?.calls == ["validate"])
    }

    @Test func aNamedRouterHasTheRouteWhateverThePort() async throws {
        let listeners = RecordingListeners()
        let yaml = yaml("http://a.example", ["path: /hook, port: 8081, router: router"], modules: Self.router)
        try await IntegrationApplication.run(yaml, listeners: listeners) { app async throws in
            #expect(try app.engine.service(RoutesModule.self, named: "router").patterns == ["POST /hook"])
        }
        #expect(listeners.made.isEmpty)
    }

    @Test(arguments: [
        (
            "path: /hook, port: 70000",
            "app.yaml:10:66: error: workflows.integration.connectors[1].config.port: must be at most 65535, is 70000"
        ),
        (
            "path: /hook, port: 8081, workflow: other",
            "app.yaml:10:82: error: workflows.integration.connectors[1].config.workflow: there is no integration \"other\""
        ),
        (
            "path: /hook, host: 127.0.0.1, router: router",
            "app.yaml:10:66: error: workflows.integration.connectors[1].config.host: "
                + "the server of the router decides where the webhook is answered"
        ),
        (
            "path: /taken, port: 8081",
            "app.yaml:10:67: error: workflows.integration.connectors[1].config.port: the port is taken"
        ),
    ])
    func mistakesAreTold(webhook: String, problem: String) async throws {
        let issues = try await IntegrationApplication.issues(
            yaml("http://a.example", [webhook], modules: Self.router), listeners: RecordingListeners())
        #expect(issues.count == 1)
        #expect(issues.first?.hasPrefix(problem) == true, "\(issues)")
    }
}

/// Makes listeners that keep what they are told to do.
private final class RecordingListeners: HTTPListenerFactory {
    private let listeners = Mutex<[RecordingListener]>([])

    var made: [RecordingListener] { listeners.withLock { $0 } }

    func makeListener(
        _ specification: HTTPListenerSpecification, context: ModuleContext
    ) throws -> any HTTPListener {
        if specification.routes.contains(where: { $0.pattern.value == "/taken" }) {
            throw ConfigurationError([specification.port.issue("the port is taken")])
        }
        let listener = RecordingListener(specification)
        listeners.withLock { $0.append(listener) }
        return listener
    }
}

private final class RecordingListener: HTTPListener {
    let place: String
    private let routes: [HTTPListenerSpecification.Route]
    private let log = Mutex<[String]>([])

    init(_ specification: HTTPListenerSpecification) {
        place = "\(specification.host):\(specification.port.value)"
        routes = specification.routes
    }

    /// What it was told, without the checks of a start.
    var calls: [String] {
        log.withLock { $0.contains("prepare") ? $0.filter { $0 != "validate" } : $0 }
    }

    func send(_ path: String, _ body: String) async throws -> JSONValue {
        let route = try #require(routes.first { $0.pattern.value == path && $0.method == .post })
        let request = ServerRequest(method: .post, target: path, body: RequestBody(bytes: Array(body.utf8)))
        guard case .bytes(let bytes) = try await route.handler.handle(request).body else { return .null }
        return try JSONValue(parsing: bytes)
    }

    let port: Int? = nil
    let summaryLines: [SummaryLine] = []
    func validate() throws { add("validate") }
    func prepare() async throws { add("prepare") }
    func activate() async throws { add("activate") }
    func quiesce() async { add("quiesce") }
    func shutdown() async { add("shutdown") }

    private func add(_ call: String) { log.withLock { $0.append(call) } }
}
