import HTTPTypes
import Synchronization
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// A running application with integrations, a router that only keeps routes, and a database that only keeps statements.
struct IntegrationApplication: Sendable {
    static let registry = ModuleRegistry(
        StandardModules.all + [
            IntegrationRegistryModule.self, IntegrationWorkflowModule.self, RoutesModule.self, GuardModule.self,
            StatementsModule.self, RecorderModule.self,
        ])

    let engine: WorkflowEngine

    static func run<Result>(
        _ yaml: String, clock: any EngineClock = SystemClock(), store: any StateStore = InMemoryStateStore(),
        drainDeadline: Duration = .seconds(30), listeners: (any HTTPListenerFactory)? = nil,
        _ body: (IntegrationApplication) async throws -> Result
    ) async throws -> Result {
        var environment = EngineEnvironment(clock: clock, logger: .quiet, defaultStore: store)
        environment.httpListeners = listeners
        environment.drainDeadline = drainDeadline
        return try await withTestEngine(yaml, registry: registry, environment: environment) { engine in
            try await body(IntegrationApplication(engine: engine))
        }
    }

    /// What is wrong with a configuration.
    static func issues(_ yaml: String, listeners: (any HTTPListenerFactory)? = nil) async throws -> [String] {
        var environment = EngineEnvironment(logger: .quiet)
        environment.httpListeners = listeners
        do {
            try await WorkflowEngine.validate(
                try ApplicationConfiguration(yaml: yaml, file: "app.yaml"), registry: registry,
                environment: environment)
            return []
        } catch let error as ConfigurationError {
            return error.issues.map(\.description)
        }
    }

    /// A configuration with a connector `api` at a place, and steps in the flow style of YAML.
    static func yaml(_ url: String, _ steps: [String], settings: String = "", registry: String = "") -> String {
        """
        modules:
          - {name: integrations, type: integration.registry, config: {\(registry)}}
          - {name: router, type: test.routes}
          - {name: guard, type: test.guard}
        workflows:
          integration:
            registry: integrations
            connectors:
              - {name: api, type: http, config: {baseURL: '\(url)', \(settings)}}
            steps:
        \(steps.map { "      - \($0)" }.joined(separator: "\n"))
        """
    }

    /// Runs a workflow and returns its results.
    @discardableResult
    func execute(_ data: JSONObject = [:], workflow: String = "integration") async throws -> JSONValue {
        let answer = try await engine.invoke("integration", action: workflow, data: data)
        return answer["results"] ?? .null
    }

    /// Sends a request to the routes that were added.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "", token: String? = nil
    ) async throws -> (status: Int, json: JSONValue) {
        try await engine.service(RoutesModule.self, named: "router").send(method, path, body, token: token)
    }

    /// The records of the workflow, newest first.
    func executions(_ workflow: String = "integration") async throws -> [JSONValue] {
        let registry = try engine.service(IntegrationRegistryModule.self, named: "integrations")
        var request = ServerRequest(method: .get, target: "/api/integrations/\(workflow)/executions")
        request.parameters.append(name: "name", value: workflow)
        guard case .bytes(let bytes) = try await registry.handle(request).body else { return [] }
        return try JSONValue(parsing: bytes)["executions"]?.arrayValue ?? []
    }
}

/// A router that keeps routes and finds the handler of a request among them.
final class RoutesModule: WorkflowModule, HTTPRouteCollector {
    static let descriptor = ModuleDescriptor(type: "test.routes", summary: "Keeps routes.", provides: [.httpRouter])

    private let routes = Mutex<[(method: HTTPRequest.Method?, pattern: String, handler: any HTTPHandler)]>([])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    var patterns: [String] { routes.withLock { $0.map { "\($0.method?.rawValue ?? "*") \($0.pattern)" } } }

    func addRoute(
        _ method: HTTPRequest.Method?, _ pattern: String, handler: any HTTPHandler, origin: String, isFallback: Bool
    ) throws {
        routes.withLock { $0.append((method, pattern, handler)) }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String, token: String?
    ) async throws -> (status: Int, json: JSONValue) {
        var request = ServerRequest(
            method: method, target: path, headers: token.map { [.authorization: $0] } ?? [:],
            body: RequestBody(bytes: Array(body.utf8)))
        let steps = request.path.split(separator: "/")
        for route in routes.withLock({ $0 }) where route.method == nil || route.method == method {
            let pattern = route.pattern.split(separator: "/")
            guard pattern.count == steps.count, zip(pattern, steps).allSatisfy({ $0.hasPrefix("{") || $0 == $1 }) else {
                continue
            }
            for (name, value) in zip(pattern, steps) where name.hasPrefix("{") {
                request.parameters.append(name: String(name.dropFirst().dropLast()), value: String(value))
            }
            let response = try await route.handler.handle(request)
            guard case .bytes(let bytes) = response.body else { return (response.status.code, .null) }
            return (response.status.code, try JSONValue(parsing: bytes))
        }
        throw WorkflowError(.notFound, "\(method) \(path)")
    }
}

/// A middleware that lets requests with the token `letmein` through.
struct GuardModule: WorkflowModule, HTTPMiddleware {
    static let descriptor = ModuleDescriptor(type: "test.guard", summary: "Asks.", provides: [.httpMiddleware])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        guard request.headers[.authorization] == "letmein" else { return .json(["error": "no"], status: .unauthorized) }
        return try await next.handle(request)
    }
}

/// A database that keeps the statements it gets, and answers every query with the same rows.
final class StatementsModule: WorkflowModule, SQLExecuting {
    static let descriptor = ModuleDescriptor(type: "test.statements", summary: "Keeps.", provides: [.database])

    private let commands = Mutex<[SQLCommand]>([])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    let reservedTables: Set<String> = ["users", "work_items"]
    var statements: [SQLCommand] { commands.withLock { $0 } }

    func query(_ command: SQLCommand, rowLimit: Int) async throws -> SQLRows {
        commands.withLock { $0.append(command) }
        guard rowLimit >= 2 else { throw WorkflowError(.limitExceeded, "There are more than \(rowLimit) rows.") }
        return SQLRows(columns: ["id", "name"], rows: [[1, "tea"], [2, .null]])
    }

    func execute(_ command: SQLCommand) async throws -> Int {
        commands.withLock { $0.append(command) }
        return 3
    }
}
