#if Redis
import HTTPTypes
import Logging
import Synchronization
import WorkflowCore
import WorkflowHTTP
import WorkflowModules
import WorkflowRedis
import WorkflowTesting

/// One of several processes that run the same application: an engine with one middleware before a handler.
struct RedisTestApplication: Sendable {
    let engine: WorkflowEngine
    let middleware: any HTTPMiddleware
    let log: TestLog

    static let registry: ModuleRegistry = {
        var registry = ModuleRegistry(RedisModules.all)
        registry.register(RateLimitMiddleware.self)
        registry.register(AuthMiddleware.self)
        registry.register(JWTAuthentication.self)
        registry.register(HealthProbe.self)
        return registry
    }()

    /// Runs several of them.
    static func run(
        _ count: Int, _ modules: JSONValue, clock: any EngineClock = SystemClock(),
        _ body: ([RedisTestApplication]) async throws -> Void
    ) async throws {
        var applications: [RedisTestApplication] = []
        do {
            for _ in 0..<count { applications.append(try await start(modules, clock: clock)) }
            try await body(applications)
        } catch {
            for application in applications { await application.engine.stop() }
            throw error
        }
        for application in applications { await application.engine.stop() }
    }

    private static func start(_ modules: JSONValue, clock: any EngineClock) async throws -> RedisTestApplication {
        let log = TestLog()
        let all = (modules.arrayValue ?? []) + [["name": "probe", "type": "test.health"]]
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration(["modules": .array(all)]), registry: registry,
            environment: EngineEnvironment(clock: clock, logger: log.logger))
        try await engine.start()
        let middleware = try engine.service((any HTTPMiddleware).self)
        return RedisTestApplication(engine: engine, middleware: middleware, log: log)
    }

    /// What the health check of the application says.
    var health: HealthStatus {
        get async throws {
            let checks = try engine.service(HealthProbe.self).generation.healthChecks
            guard checks.count == 1 else { throw RedisServer.Failure(description: "there are \(checks.count) checks") }
            return await checks[0].check.check()
        }
    }

    /// Sends a request.
    func send(
        _ target: String = "/a", _ method: HTTPRequest.Method = .get, token: String? = nil,
        _ handler: @escaping @Sendable (ServerRequest) async throws -> ServerResponse = { _ in .text("ok") }
    ) async throws -> RedisTestAnswer {
        let headers: HTTPFields = token.map { [.authorization: "Bearer \($0)"] } ?? [:]
        let request = ServerRequest(method: method, target: target, headers: headers)
        return RedisTestAnswer(try await middleware.handle(request, next: ClosureHandler(handler)))
    }
}

/// Knows the generation, and with it the health checks.
private final class HealthProbe: WorkflowModule {
    struct Configuration: ConfigurationObject {
        static let fields: [ConfigurationField<Self>] = []
    }

    static let descriptor = ModuleDescriptor(type: "test.health", summary: "Knows the generation.")

    let generation: GenerationContext

    init(configuration: Configuration, context: ModuleContext) {
        generation = context.generation
    }
}

/// An answer as a client sees it.
struct RedisTestAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: ServerResponse) {
        status = response.status.code
        headers = response.headers
        if case .bytes(let bytes) = response.body { text = String(decoding: bytes, as: UTF8.self) } else { text = "" }
    }

    subscript(name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

/// The lines that were logged.
final class TestLog: Sendable {
    private struct Handler: LogHandler {
        let log: TestLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { log.lines.withLock { $0.append("\(event.message)") } }
    }

    private let lines = Mutex<[String]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    func count(of line: String) -> Int { lines.withLock { lines in lines.count { $0 == line } } }
}
#endif
