import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowHTTP
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// A deployed workflow whose integrations call a server of the test.
struct ExecutionFixture: Sendable {
    let test: TestPlatform
    let tenant: TestTenant
    let workflow: TestWorkflow
    let upstream: Upstream

    /// Deploys a workflow on a platform, and calls `body`.
    static func with(
        _ database: TestDatabase = TestDatabase.allCases[0],
        wrapping wrap: (any SQLDatabase) -> any SQLDatabase = { $0 },
        _ configure: (inout PlatformConfiguration) -> Void = { _ in },
        _ body: (ExecutionFixture) async throws -> Void
    ) async throws {
        let opened = try await database.open()
        let upstream = try await Upstream()
        let result: Result<Void, any Error>
        do {
            let test = try await open(wrap(opened), configure)
            result = .success(
                try await test.running {
                    let tenant = try await TestTenant.make("Alpha", test)
                    let workflow = try await TestWorkflow.make(
                        configuration(upstream.port), tenant, test)
                    _ = try await workflow.send(.put, "/secrets/KEY", as: .editor, ["value": "hush-hush"])
                    let deployed = try await workflow.deploy()
                    guard deployed.status == 200 else { throw WorkflowError(.invalidInput, deployed.text) }
                    try await body(
                        ExecutionFixture(test: test, tenant: tenant, workflow: workflow, upstream: upstream))
                })
        } catch {
            result = .failure(error)
        }
        await upstream.stop()
        await opened.close()
        try result.get()
    }

    /// Opens a platform on a database.
    static func open(
        _ database: any SQLDatabase, _ configure: (inout PlatformConfiguration) -> Void = { _ in },
        provider: any EngineProvider = MemoryStores()
    ) async throws -> TestPlatform {
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.requestsPerMinute = 1_000_000
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        configure(&configuration)
        var settings = engineSettings()
        settings.outboundPolicy = OutboundPolicy(
            reach: .public, allowed: [AddressRange("127.0.0.0/8")].compactMap { $0 })
        return try await TestPlatform.open(database, configuration, provider: provider, settings: settings)
    }

    static func configuration(_ port: Int) -> String {
        """
        modules:
          - {name: server, type: http.server, config: {address: ":8080"}}
          - {name: router, type: http.router}
          - {name: machines, type: statemachine.engine}
          - {name: orders, type: api.handler, config: {resourceName: orders, workflowType: order}}
          - {name: integrations, type: integration.registry}
          - name: charge
            type: processing.step
            config: {componentId: integrations, successTransition: finish, compensateTransition: fail, maxRetries: 0}
        workflows:
          http:
            routes:
              - {method: "GET, POST", path: /orders, handler: orders}
              - {method: DELETE, path: "/orders/{id}", handler: orders}
          integration:
            registry: integrations
            connectors:
              - {name: api, type: http, config: {baseURL: "http://127.0.0.1:\(port)"}}
            steps:
              - {name: first, connector: api, action: POST /first, input: {name: "${data.name}", password: x}}
              - {name: second, connector: api, action: GET /second, input: {of: "${first.number}"}}
          statemachine:
            engine: machines
            definitions:
              - name: order
                initialState: new
                states: {new: {}, paying: {}, paid: {isFinal: true}, failed: {isFinal: true, isError: true}}
                transitions:
                  pay: {fromState: new, toState: paying}
                  finish: {fromState: paying, toState: paid}
                  fail: {fromState: paying, toState: failed}
            hooks:
              - {workflowType: order, toStates: [paying], handler: charge}
        triggers:
          http:
            routes:
              - {method: POST, path: /sync, workflow: integration, action: integration}
              - {method: POST, path: "/orders/{id}/pay", workflow: order, action: pay}
        """
    }

    /// Sends a request to the deployed workflow.
    func post(
        _ path: String, _ body: JSONValue, in environment: EnvironmentName = .production
    ) async throws -> TestAnswer {
        try await send(.post, path, body, in: environment)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil,
        in environment: EnvironmentName = .production
    ) async throws -> TestAnswer {
        let request = ServerRequest(
            method: method, target: "/w/\(DeploymentKey(workflow.id, in: environment))\(path)",
            headers: [.contentType: "application/json"],
            remoteAddress: "192.0.2.9", receivedAt: test.clock.now, body: RequestBody(bytes: body?.jsonBytes() ?? []))
        do {
            return try await TestAnswer(test.engines.requests.handle(request))
        } catch let error as HTTPError {
            return try await TestAnswer(error.response)
        }
    }

    /// The executions of the workflow, newest first.
    func list(_ query: String = "") async throws -> [JSONValue] {
        let answer = try await workflow.send(.get, "/executions?\(query)", as: .viewer)
        guard answer.status == 200 else { throw WorkflowError(.invalidInput, answer.text) }
        return try answer.data.arrayValue ?? []
    }

    /// The only execution that a filter leaves, once it has ended.
    func ended(_ query: String) async throws -> JSONValue {
        try await until {
            let found = try await list(query)
            return found.count == 1 && found[0]["status"] != "running"
        }
        return try await list(query).first ?? .null
    }

    /// An execution, once it has ended.
    func ended(id: String) async throws -> JSONValue {
        try await until { try await show(id)["status"] != "running" }
        return try await show(id)
    }

    func show(_ id: String) async throws -> JSONValue {
        try await send(.get, execution: id, as: .viewer).data
    }

    func steps(_ execution: JSONValue) async throws -> [JSONValue] {
        let answer = try await send(.get, execution: execution["id"]?.stringValue ?? "", "/steps", as: .viewer)
        return try answer.data.arrayValue ?? []
    }

    func send(
        _ method: HTTPRequest.Method, execution: String, _ path: String = "", as role: Role = .admin,
        _ body: JSONValue? = nil
    ) async throws -> TestAnswer {
        try await test.send(method, "/executions/\(execution)\(path)", token: tenant.token(role), body)
    }
}

/// A server that integrations call.
final class Upstream: Sendable {
    struct State {
        var requests: [String] = []
        var failures: Set<String> = []
        var held: Set<String> = []
        var answer: JSONObject = ["number": 7]
    }

    let state = Mutex(State())
    let gate = TestGate()
    private let server: Mutex<HTTPServer?> = Mutex(nil)

    init() async throws {
        let responder = ClosureHandler { [unowned self] request in try await answer(request) }
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(address: try ListenAddress("127.0.0.1:0")), responder: responder,
            logger: .quiet)
        try await server.start()
        self.server.withLock { $0 = server }
    }

    var port: Int { server.withLock { $0 }?.port ?? 0 }
    /// The paths that were asked for.
    var requests: [String] { state.withLock { $0.requests } }

    private func answer(_ request: ServerRequest) async throws -> ServerResponse {
        let (fails, waits, answer) = state.withLock { state in
            state.requests.append(request.path)
            return (state.failures.contains(request.path), state.held.contains(request.path), state.answer)
        }
        if waits { try await gate.wait() }
        return fails ? .json(["error": "no"], status: .internalServerError) : .json(.object(answer))
    }

    func stop() async {
        gate.open()
        await server.withLock { $0 }?.stop(deadline: .seconds(1))
    }
}
