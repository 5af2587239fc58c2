import HTTPTypes
import Synchronization
import WorkflowCore
import WorkflowTesting

/// A message handler that remembers what it gets and may fail at first.
struct RecorderModule: WorkflowModule, MessageHandler {
    struct Configuration: ConfigurationObject {
        var failures = 0

        static let fields: [ConfigurationField<Self>] = [
            .init("failures", \.failures, "How many deliveries fail.")
        ]
    }

    static let descriptor = ModuleDescriptor(
        type: "test.recorder", summary: "Remembers messages.", provides: [.messageHandler])

    let recorder: MessageRecorder

    init(configuration: Configuration, context: ModuleContext) {
        let deliveries = TestCounter()
        recorder = MessageRecorder { _ in
            if deliveries.increment() <= configuration.failures { throw WorkflowError(.unavailable, "not now") }
        }
    }

    func handle(_ message: Message) async throws {
        try await recorder.handle(message)
    }
}

/// A router that only keeps what is added.
final class RouterModule: WorkflowModule, HTTPRouteCollector {
    static let descriptor = ModuleDescriptor(type: "test.router", summary: "Keeps routes.", provides: [.httpRouter])

    private let routes = Mutex<[String: any HTTPHandler]>([:])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    var paths: [String] { routes.withLock { $0.keys.sorted() } }

    func addRoute(
        _ method: HTTPRequest.Method?, _ pattern: String, handler: any HTTPHandler, origin: String, isFallback: Bool
    ) throws {
        guard isFallback, method == .get, routes.withLock({ $0.updateValue(handler, forKey: pattern) }) == nil else {
            throw WorkflowError(.conflict, pattern)
        }
    }

    func get(_ path: String) async throws -> (status: Int, text: String) {
        guard let handler = routes.withLock({ $0[path] }) else { throw WorkflowError(.notFound, path) }
        let response = try await handler.handle(ServerRequest(method: .get, target: path))
        guard case .bytes(let bytes) = response.body else { return (response.status.code, "") }
        return (response.status.code, String(decoding: bytes, as: UTF8.self))
    }
}

/// A module whose health a test decides.
final class HealthReportModule: WorkflowModule {
    static let descriptor = ModuleDescriptor(type: "test.health", summary: "Is as healthy as it is told.")

    private let current = Mutex(HealthStatus.healthy)
    let checks = TestCounter()
    let gate = TestGate()

    init(configuration: EmptyConfiguration, context: ModuleContext) {
        context.generation.addHealthCheck(context.name, Check(module: self))
    }

    var status: HealthStatus {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    private struct Check: HealthCheck {
        let module: HealthReportModule

        func check() async -> HealthStatus {
            module.checks.increment()
            let status = module.status
            // "hang" stands for something that never answers.
            if status.message == "hang" { try? await module.gate.wait() }
            return status
        }
    }
}
