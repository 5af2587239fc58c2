import HTTPTypes
import Synchronization
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

/// Tells how a request arrived, and answers with the header fields that its query names.
struct RequestEcho: WorkflowModule, HTTPHandler {
    static let descriptor = ModuleDescriptor(
        type: "test.echo", summary: "Tells about the request.", provides: [.httpHandler])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let body = try await request.body.collect(upTo: 64 << 20)
        let prefix = HTTPField.Name("X-Forwarded-Prefix").flatMap { request.headers[$0] }
        var response = ServerResponse.json([
            "path": .string(request.path), "query": .string(request.query ?? ""),
            "prefix": prefix.map { .string($0) } ?? .null, "bytes": .integer(Int64(body.count)),
            "authority": .string(request.authority ?? ""), "id": request.id.map { .string($0) } ?? .null,
        ])
        for name in ["location", "set-cookie", "service-worker-allowed", "x-kept"] {
            guard let field = HTTPField.Name(name), let value = request.queryValue(name) else { continue }
            response.headers[field] = value
        }
        return response
    }
}

/// Gates that tests open for handlers of deployed workflows, by name.
enum HeldRequests {
    private static let gates = Mutex<[String: TestGate]>([:])

    static func gate(_ name: String) -> TestGate {
        gates.withLock { gates in
            if let gate = gates[name] { return gate }
            let gate = TestGate()
            gates[name] = gate
            return gate
        }
    }
}

/// Answers when the gate of its name is open.
struct HeldHandler: WorkflowModule, HTTPHandler {
    struct Configuration: ConfigurationObject {
        var gate = ""
        var says = ""

        static let fields: [ConfigurationField<Self>] = [
            .init("gate", \.gate, "The gate."), .init("says", \.says, "The answer."),
        ]
    }

    static let descriptor = ModuleDescriptor(type: "test.held", summary: "Waits.", provides: [.httpHandler])

    private let configuration: Configuration

    init(configuration: Configuration, context: ModuleContext) {
        self.configuration = configuration
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await HeldRequests.gate(configuration.gate).wait()
        return .text(configuration.says)
    }
}

/// Fails when the gate of its name is opened; `fails: prepare` does so at the start. `holds` is a gate that its start
/// waits for.
struct FragileModule: WorkflowModule {
    struct Configuration: ConfigurationObject {
        var gate = ""
        var fails = ""
        var holds = ""

        static let fields: [ConfigurationField<Self>] = [
            .init("gate", \.gate, "The gate."), .init("fails", \.fails, "When."),
            .init("holds", \.holds, "The gate of its start."),
        ]
    }

    static let descriptor = ModuleDescriptor(type: "test.fragile", summary: "Fails.")

    private let configuration: Configuration

    init(configuration: Configuration, context: ModuleContext) {
        self.configuration = configuration
    }

    func prepare() async throws {
        if !configuration.holds.isEmpty { try await HeldRequests.gate(configuration.holds).wait() }
        if configuration.fails == "prepare" { throw WorkflowError(.unavailable, "It cannot be had.") }
    }

    func run() async throws {
        guard !configuration.gate.isEmpty else { return }
        try await HeldRequests.gate(configuration.gate).wait()
        throw WorkflowError(.internal, "It broke at \(configuration.gate).")
    }
}

/// Takes over the connection and sends back what it gets.
struct UpgradingHandler: WorkflowModule, HTTPHandler {
    static let descriptor = ModuleDescriptor(type: "test.upgrading", summary: "Upgrades.", provides: [.httpHandler])

    init(configuration: EmptyConfiguration, context: ModuleContext) {}

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        guard let upgrade = ConnectionUpgrade.current else { throw HTTPError(.upgradeRequired, "Ask for an upgrade.") }
        return ServerResponse(
            status: .switchingProtocols, headers: [.upgrade: "echo"],
            body: .stream(length: nil) { writer in
                while let chunk = try await upgrade.incoming.nextChunk() { try await writer.write(chunk) }
            })
    }
}
