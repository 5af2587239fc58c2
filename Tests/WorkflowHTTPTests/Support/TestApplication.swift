import HTTPTypes
import Logging
import Synchronization
import WorkflowCore
import WorkflowHTTP
import WorkflowTesting

/// An application on a free port of the loopback interface.
struct TestApplication {
    let engine: WorkflowEngine
    let port: Int

    /// Sends one request on a connection of its own.
    func send(
        _ method: String, _ path: String, headers: [String] = [], body: String = ""
    ) async throws -> RawResponse {
        let connection = try await RawConnection.open(port: port)
        let length = body.isEmpty ? "" : "content-length: \(body.utf8.count)\r\n"
        let lines = headers.map { $0 + "\r\n" }.joined()
        try await connection.send("\(method) \(path) HTTP/1.1\r\nhost: test\r\n\(length)\(lines)\r\n\(body)")
        let response = try await connection.response(toHead: method == "HEAD")
        try? await connection.close()
        return response
    }

    func get(_ path: String, headers: [String] = []) async throws -> RawResponse {
        try await send("GET", path, headers: headers)
    }

    func postJSON(_ path: String, _ body: String) async throws -> RawResponse {
        try await send("POST", path, headers: ["content-type: application/json"], body: body)
    }
}

extension RawResponse {
    /// The body as JSON; null when it is none.
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
}

/// The module types of the tests.
let testRegistry = ModuleRegistry(
    HTTPModules.all + [
        EchoHandler.self, FailingHandler.self, TokenChecker.self, RecordingWorkflow.self, MachineModule.self,
        TransitionHandler.self, ProbeModule.self,
    ])

/// A server and a router, for the beginning of a configuration.
let web = """
    modules:
      - name: server
        type: http.server
        config: {address: "127.0.0.1:0"}
      - name: router
        type: http.router

    """

/// Runs an application with a module called `server` while `body` runs.
func withApplication(
    _ yaml: String, environment: EngineEnvironment = quietEnvironment(), _ body: (TestApplication) async throws -> Void
) async throws {
    try await withTestEngine(yaml, registry: testRegistry, environment: environment) { engine in
        let port = try engine.service(HTTPServerModule.self, named: "server").port ?? 0
        try await body(TestApplication(engine: engine, port: port))
    }
}

func quietEnvironment(clock: any EngineClock = SystemClock()) -> EngineEnvironment {
    EngineEnvironment(clock: clock, logger: .quiet)
}

/// What is wrong with a configuration; empty when nothing is.
func problems(of yaml: String) async -> String {
    do {
        try await WorkflowEngine.validate(
            try ApplicationConfiguration(yaml: yaml), registry: testRegistry, environment: quietEnvironment())
        return ""
    } catch {
        return "\(error)"
    }
}

/// Tells what it learned about the request.
struct EchoHandler: WorkflowModule, HTTPHandler {
    static let descriptor = ModuleDescriptor(
        type: "test.echo", summary: "Tells about the request.", provides: [.httpHandler])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let parameters = request.parameters.entries.map { ($0.name, JSONValue.string($0.value)) }
        let body = try await request.body.collect(upTo: 1 << 20)
        var answer: JSONObject = [
            "route": .string(request.routePattern), "parameters": .object(JSONObject(parameters)),
            "body": .string(String(decoding: body, as: UTF8.self)), "id": "from-handler",
        ]
        if let principal = request.principal { answer["principal"] = .string(principal.id) }
        if let id = request.id { answer["requestID"] = .string(id) }
        return .json(.object(answer))
    }
}

/// Throws: an answer for `?status=`, anything else otherwise.
struct FailingHandler: WorkflowModule, HTTPHandler {
    struct Failure: Error {}

    static let descriptor = ModuleDescriptor(type: "test.failing", summary: "Fails.", provides: [.httpHandler])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        guard let status = request.queryValue("status").flatMap({ Int($0) }) else { throw Failure() }
        throw HTTPError(HTTPResponse.Status(code: status), "failed as told")
    }
}

/// Accepts the token `good` of the user `alice`.
struct TokenChecker: WorkflowModule, Authenticator {
    static let descriptor = ModuleDescriptor(type: "test.tokens", summary: "Checks tokens.", provides: [.authenticator])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    func authenticate(bearer token: String) async throws -> Principal? {
        if token == "unknowable" { throw StoreError(.unavailable, "the database is away") }
        return token == "good" ? Principal(id: "alice") : nil
    }
}

/// `workflows.recorder`: a workflow that keeps what it was called with.
final class RecordingWorkflow: WorkflowModule, ActionCheckingWorkflow {
    static let descriptor = ModuleDescriptor(type: "recorder", section: .workflow, summary: "Keeps calls.")

    /// What the calls of one generation were.
    final class Calls: Sendable {
        let list = Mutex<[WorkflowCall]>([])
    }

    private let calls: Calls

    init(configuration: EmptyConfiguration, context: ModuleContext) throws {
        calls = context.generation.shared(Calls.self) { Calls() }
        try context.generation.invoker.add(self, name: "recorder")
    }

    func execute(_ call: WorkflowCall) async throws -> JSONValue {
        calls.list.withLock { $0.append(call) }
        switch call.action {
        case "invalid": throw WorkflowError(.invalidInput, "That is not valid.")
        case "missing": throw WorkflowError(.notFound, "That does not exist.")
        case "refused": throw WorkflowError(.transitionRefused, "That is not possible now.")
        case "broken": throw WorkflowError(.internal, "The secret reason.")
        case "silent": return .null
        default: return ["got": .object(call.data)]
        }
    }

    func problem(withAction action: String) -> (message: String, suggestion: String?)? {
        action == "nonsense" ? ("there is no action \"nonsense\"", "did you mean \"record\"?") : nil
    }
}

extension WorkflowEngine {
    /// What the recorder was called with.
    var recordedCalls: [WorkflowCall] {
        runningGeneration?.shared(RecordingWorkflow.Calls.self) { .init() }.list.withLock { $0 } ?? []
    }
}

/// A state-machine engine with one definition, `order`.
struct MachineModule: WorkflowModule {
    static let descriptor = ModuleDescriptor(
        type: "test.machine", summary: "Has a state machine.", provides: [.stateMachineEngine])

    let engine: StateMachineEngine
    var services: [any Sendable] { [engine] }

    init(configuration: EmptyConfiguration, context: ModuleContext) throws {
        engine = StateMachineEngine(name: context.name, generation: context.generation)
        try engine.add(
            StateMachineDefinition(
                name: "order", initialState: "new", states: ["new": .init(), "paid": .init()],
                transitions: ["pay": .init(fromState: "new", toState: "paid")]))
        try context.generation.invoker.add(OrderWorkflow(), name: "order")
    }

    private struct OrderWorkflow: WorkflowHandler {
        func execute(_ call: WorkflowCall) async throws -> JSONValue { .null }
    }
}

/// Tells which transition it was asked to make.
struct TransitionHandler: WorkflowModule, TransitionTriggeringHandler {
    static let descriptor = ModuleDescriptor(
        type: "test.resources", summary: "Makes transitions.", provides: [.httpHandler])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        .json(["transition": nil], status: .created)
    }

    func handle(_ request: ServerRequest, firing transition: TriggeredTransition) async throws -> ServerResponse {
        .json(
            [
                "transition": .string(transition.transition), "workflow": .string(transition.workflow),
                "data": .object(transition.data),
            ], status: .created)
    }
}

/// A value that a closure sets.
final class SharedValue<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>

    init(_ value: Value) {
        storage = Mutex(value)
    }

    var value: Value { storage.withLock { $0 } }

    func set(_ value: Value) {
        storage.withLock { $0 = value }
    }

    func update(_ change: (inout Value) -> Void) {
        storage.withLock { change(&$0) }
    }
}

/// Brings routes of its own, as health checks do.
struct ProbeModule: WorkflowModule, HTTPHandler {
    static let descriptor = ModuleDescriptor(
        type: "test.probes", summary: "Brings routes.", provides: [.httpHandler], requires: [.init(.httpRouter)])

    init(configuration: EmptyConfiguration, context: ModuleContext) throws {
        for (_, router) in context.services.all((any HTTPRouteCollector).self) {
            for path in ["/healthz", "/livez"] {
                try router.addRoute(.get, path, handler: self, origin: context.name, isFallback: true)
            }
        }
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse { .text("probe") }
}
