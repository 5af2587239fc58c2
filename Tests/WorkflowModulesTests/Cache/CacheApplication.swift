import HTTPTypes
import Synchronization
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// A running application with one `cache.modular` module before a handler that counts its calls.
final class CacheApplication: Sendable {
    /// What the handler does.
    typealias Handler = @Sendable (ServerRequest, Int) async throws -> ServerResponse

    let module: CacheModule
    let clock: TestClock
    private let calls = TestCounter()
    private let handler: Handler

    private init(module: CacheModule, clock: TestClock, handler: @escaping Handler) {
        self.module = module
        self.clock = clock
        self.handler = handler
    }

    /// Runs an application; by default the handler answers with the number of its call.
    static func run(
        _ config: JSONObject = [:], handler: @escaping Handler = { _, call in .text("\(call)") },
        _ body: (CacheApplication) async throws -> Void
    ) async throws {
        let clock = TestClock()
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration([
                "modules": [["name": "cache", "type": "cache.modular", "config": .object(config)]]
            ]), registry: ModuleRegistry([CacheModule.self]),
            environment: EngineEnvironment(clock: clock, logger: .quiet))
        try await engine.start()
        do {
            let module = try engine.service(CacheModule.self)
            try await body(CacheApplication(module: module, clock: clock, handler: handler))
        } catch {
            await engine.stop()
            throw error
        }
        await engine.stop()
    }

    /// How often the handler was called.
    var callCount: Int { calls.value }

    /// Sends a request.
    func send(
        _ method: HTTPRequest.Method, _ target: String, user: String? = nil, headers: HTTPFields = [:],
        host: String? = nil, body: [UInt8] = []
    ) async throws -> CacheAnswer {
        var request = ServerRequest(
            method: method, target: target, headers: headers, authority: host, body: RequestBody(bytes: body))
        request.principal = user.map { Principal(id: $0) }
        let next = ClosureHandler { [calls, handler] request in try await handler(request, calls.increment()) }
        return CacheAnswer(try await module.handle(request, next: next))
    }

    /// Asks for something.
    func get(
        _ target: String, user: String? = nil, headers: HTTPFields = [:], host: String? = nil
    ) async throws -> CacheAnswer {
        try await send(.get, target, user: user, headers: headers, host: host)
    }
}

/// An answer as a client sees it.
struct CacheAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: ServerResponse) {
        status = response.status.code
        headers = response.headers
        if case .bytes(let bytes) = response.body { text = String(decoding: bytes, as: UTF8.self) } else { text = "" }
    }

    /// `hit`, `miss`, or nothing.
    var mark: String? { HTTPField.Name("X-Cache").flatMap { headers[$0] } }
}

/// What several tasks add to.
final class TestList<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    func add(_ element: Element) { elements.withLock { $0.append(element) } }

    var values: [Element] { elements.withLock { $0 } }
}
