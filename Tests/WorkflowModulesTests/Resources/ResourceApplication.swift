import HTTPTypes
import Logging
import Synchronization
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// A running application with an order API, a state machine and a broker.
struct ResourceApplication: Sendable {
    /// What a test may choose.
    struct Options {
        var orders: JSONObject = ["resourceName": "orders", "workflowType": "order-processing"]
        var hasEngine = true
        var clock: any EngineClock = SystemClock()
        var store: any StateStore = InMemoryStateStore()
    }

    let engine: WorkflowEngine
    let orders: ResourceHandler
    let products: ResourceHandler
    let store: any StateStore
    let machine: StateMachineEngine?
    let broker: InMemoryMessageBroker

    static let registry = ModuleRegistry([ResourceHandler.self, TestOrderMachine.self, TestResourceBroker.self])

    @discardableResult
    static func run<Result>(
        _ options: Options = Options(), _ body: (ResourceApplication) async throws -> Result
    ) async throws -> Result {
        var modules: [JSONValue] = [
            ["name": "events", "type": "test.broker"],
            ["name": "orders", "type": "api.handler", "config": .object(options.orders)],
            ["name": "products", "type": "api.handler", "config": ["resourceName": "products"]],
        ]
        if options.hasEngine { modules.append(["name": "machine", "type": "test.machine"]) }
        let environment = EngineEnvironment(
            clock: options.clock, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            defaultStore: options.store)
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration(["modules": .array(modules)]), registry: registry,
            environment: environment)
        try await engine.start()
        do {
            let application = ResourceApplication(
                engine: engine, orders: try engine.service(ResourceHandler.self, named: "orders"),
                products: try engine.service(ResourceHandler.self, named: "products"), store: options.store,
                machine: options.hasEngine ? try engine.service(StateMachineEngine.self) : nil,
                broker: try engine.service(InMemoryMessageBroker.self))
            let result = try await body(application)
            await engine.stop()
            return result
        } catch {
            await engine.stop()
            throw error
        }
    }
}

/// One request to a handler, and its answer.
struct ResourceCall {
    var method: HTTPRequest.Method = .get
    var target: String
    var id: String?
    var pattern = ""
    var body: [UInt8] = []
    var user: String?
    var headers: HTTPFields = [:]

    static func get(_ target: String, id: String? = nil, as user: String? = nil) -> ResourceCall {
        ResourceCall(target: target, id: id, user: user)
    }

    static func send(
        _ method: HTTPRequest.Method, _ target: String, id: String? = nil, _ body: JSONValue, as user: String? = nil
    ) -> ResourceCall {
        ResourceCall(method: method, target: target, id: id, body: body.jsonBytes(), user: user)
    }

    var request: ServerRequest {
        var request = ServerRequest(
            method: method, target: target, headers: headers, body: RequestBody(bytes: body))
        if let id { request.parameters.append(name: "id", value: id) }
        request.routePattern = pattern
        if let user { request.principal = Principal(id: user) }
        return request
    }
}

/// An answer with its body as JSON.
struct ResourceAnswer {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]
    let body: ResponseBody

    init(_ response: ServerResponse) {
        status = response.status.code
        headers = response.headers
        body = response.body
        if case .bytes(let bytes) = response.body { self.bytes = bytes } else { bytes = [] }
    }

    var json: JSONValue {
        get throws { try JSONValue(parsing: bytes) }
    }

    var list: [JSONValue] {
        get throws { try json.arrayValue ?? [] }
    }
}

extension ResourceHandler {
    func call(_ call: ResourceCall, firing transition: String? = nil) async throws -> ResourceAnswer {
        if let transition {
            let trigger = TriggeredTransition(workflow: "statemachine", transition: transition)
            return ResourceAnswer(try await handle(call.request, firing: trigger))
        }
        return ResourceAnswer(try await handle(call.request))
    }
}

/// A state-machine engine with one definition.
struct TestOrderMachine: WorkflowModule {
    static let descriptor = ModuleDescriptor(
        type: "test.machine", summary: "A state machine for orders.", provides: [.stateMachineEngine])

    let engine: StateMachineEngine
    var services: [any Sendable] { [engine] }

    init(configuration: EmptyConfiguration, context: ModuleContext) throws {
        engine = StateMachineEngine(name: context.name, generation: context.generation)
        try engine.add(
            StateMachineDefinition(
                name: "order-processing", initialState: "new",
                states: [
                    "new": .init(), "validating": .init(), "paid": .init(), "done": .init(isFinal: true),
                    "failed": .init(isFinal: true, isError: true),
                ],
                transitions: [
                    "start": .init(fromState: "new", toState: "validating"),
                    "pay": .init(fromState: "validating", toState: "paid"),
                    "reject": .init(fromState: "validating", toState: "failed"),
                    "finish": .init(fromState: "paid", toState: "done"),
                ]))
    }
}

/// A broker in memory.
struct TestResourceBroker: WorkflowModule {
    static let descriptor = ModuleDescriptor(
        type: "test.broker", summary: "A broker in memory.", provides: [.messageBroker])

    let broker: InMemoryMessageBroker
    var services: [any Sendable] { [broker] }

    init(configuration: EmptyConfiguration, context: ModuleContext) {
        broker = InMemoryMessageBroker(name: context.name, clock: context.clock, logger: context.logger)
    }

    func shutdown() async {
        await broker.shutdown()
    }
}

/// Collects what a stream writes; fails when it is told that the client is gone.
final class ResourceStreamRecorder: ResponseWriter {
    private struct State {
        var text = ""
        var isGone = false
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// The complete events so far.
    var events: [String] {
        state.withLock { Self.events($0.text) }
    }

    /// The `state` of each `resource` event so far.
    var states: [String] {
        events.compactMap { event in
            guard event.hasPrefix("event: resource\ndata: ") else { return nil }
            let data = event.split(separator: "\n")[1].dropFirst("data: ".count)
            return try? JSONValue(parsing: String(data))["state"]?.stringValue
        }
    }

    func write(_ bytes: [UInt8]) async throws {
        let waiters = try state.withLock { state in
            if state.isGone { throw CancellationError() }
            state.text += String(decoding: bytes, as: UTF8.self)
            let count = Self.events(state.text).count
            let ready = state.waiters.filter { $0.count <= count }
            state.waiters.removeAll { $0.count <= count }
            return ready
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// From now on nobody reads.
    func leave() {
        state.withLock { $0.isGone = true }
    }

    /// Returns when there are so many events.
    func wait(for count: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if Self.events(state.text).count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    private static func events(_ text: String) -> [String] {
        var parts = text.split(separator: "\n\n", omittingEmptySubsequences: false).map(String.init)
        parts.removeLast()
        return parts
    }
}
