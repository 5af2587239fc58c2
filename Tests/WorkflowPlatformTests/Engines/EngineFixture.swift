import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import WorkflowCore
import WorkflowHTTP
import WorkflowModules
import WorkflowPlatform
import WorkflowTesting

/// An engine manager behind a server on a free port of the loopback interface.
struct EngineFixture {
    let manager: EngineManager
    let port: Int
    let client: HTTPClient

    /// An answer with everything that came with it.
    struct Answer {
        let status: UInt
        let headers: HTTPHeaders
        let body: String

        /// The first field of a name.
        func header(_ name: String) -> String? { headers.first(name: name) }

        /// The body as JSON; null when it is none.
        var json: JSONValue { (try? JSONValue(parsing: Array(body.utf8))) ?? .null }
    }

    func send(
        _ method: HTTPMethod, _ path: String, headers: [(String, String)] = [], body: HTTPClientRequest.Body? = nil
    ) async throws -> Answer {
        let response = try await open(method, path, headers: headers, body: body)
        let buffer = try await response.body.collect(upTo: 8 << 20)
        return Answer(
            status: response.status.code, headers: response.headers,
            body: String(decoding: buffer.readableBytesView, as: UTF8.self))
    }

    /// Begins a request whose body is read by the caller.
    func open(
        _ method: HTTPMethod, _ path: String, headers: [(String, String)] = [], body: HTTPClientRequest.Body? = nil
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        request.headers.add(contentsOf: HTTPHeaders(headers))
        request.body = body
        return try await client.execute(request, timeout: .seconds(30))
    }

    func get(_ path: String, headers: [(String, String)] = []) async throws -> Answer {
        try await send(.GET, path, headers: headers)
    }

    func post(_ path: String, _ json: String) async throws -> Answer {
        try await send(.POST, path, headers: Self.isJSON, body: .bytes(ByteBuffer(string: json)))
    }

    func put(_ path: String, _ json: String) async throws -> Answer {
        try await send(.PUT, path, headers: Self.isJSON, body: .bytes(ByteBuffer(string: json)))
    }

    private static let isJSON = [("content-type", "application/json")]
}

/// The module types of the tests.
let engineTestRegistry = ModuleRegistry(
    StandardModules.all + HTTPModules.all + [
        RequestEcho.self, HeldHandler.self, FragileModule.self, UpgradingHandler.self,
        RecordingHandler.self,
        LoggingHandler.self,
    ])

/// Settings without noise, in which the types of the tests are allowed.
func engineSettings(clock: any EngineClock = SystemClock()) -> EngineSettings {
    var settings = EngineSettings()
    settings.clock = clock
    settings.logger = .quiet
    settings.modules.allowed.formUnion(["test.echo", "test.held", "test.fragile", "test.upgrading"])
    settings.modules.allowed.insert("test.recorder")
    settings.modules.allowed.insert("test.log")
    settings.reloadPolicy.observation = .zero
    settings.drainDeadline = .seconds(10)
    return settings
}

/// Runs an engine manager behind a server while `body` runs.
func withEngines(
    settings: EngineSettings = engineSettings(), provider: any EngineProvider = MemoryStores(),
    observer: (any DeploymentObserver)? = nil, _ body: (EngineFixture) async throws -> Void
) async throws {
    let manager = EngineManager(
        registry: engineTestRegistry, provider: provider, settings: settings, observer: observer)
    var configuration = HTTPServerConfiguration(address: try ListenAddress("127.0.0.1:0"))
    configuration.maxBodyBytes = 64 << 20
    let server = HTTPServer(configuration: configuration, responder: manager.requests, logger: .quiet)
    try await server.start()
    let client = HTTPClient(
        eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(EngineFixture(manager: manager, port: server.port ?? 0, client: client)))
    } catch {
        result = .failure(error)
    }
    await manager.shutdown()
    await server.stop(deadline: .seconds(5))
    try await client.shutdown()
    try result.get()
}

/// Stores in memory, which are gone with the engine.
struct MemoryStores: EngineProvider {
    func openStore(of deployment: DeploymentKey) async throws -> any StateStore { InMemoryStateStore() }
    func removeState(of deployment: DeploymentKey) async throws {}
}

/// Makes a folder, and removes it when `body` has ended.
func withStateFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engines-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}

/// A deployment on `/w/<name>`; the same name always gives the same workflow.
func deployment(
    _ name: String, version: Int = 1, _ yaml: String, files: [String: String] = [:],
    variables: [String: String] = [:], secrets: [String: String] = [:], limits: DeploymentLimits = DeploymentLimits()
) throws -> Deployment {
    Deployment(
        workflow: try workflowID(name), version: version, configuration: yaml, files: files,
        variables: variables, secrets: secrets.mapValues { SecretString($0) },
        mount: try DeploymentMount(path: "/w/\(name)"), limits: limits)
}

/// The identifier of the workflow with a name.
func workflowID(_ name: String) throws -> ID<Workflow> {
    let digits = name.utf8.map { String($0, radix: 16) }.joined().suffix(12)
    let padded = String(repeating: "0", count: 12 - digits.count) + digits
    guard let id = ID<Workflow>("01890000-0000-7000-8000-\(padded)") else {
        throw WorkflowError(.invalidInput, "\(name) gives no identifier")
    }
    return id
}

/// A server with one route to a handler, for configurations of tests.
func application(_ handler: String, path: String = "/hello") -> String {
    """
    modules:
      - name: server
        type: http.server
        config: {address: "0.0.0.0:80"}
      - name: router
        type: http.router
      - name: handler
        \(handler)
    workflows:
      http:
        routes:
          - {method: GET, path: "\(path)", handler: handler}
          - {method: POST, path: "\(path)", handler: handler}
    """
}

/// An application that always says the same.
func saying(_ text: String) -> String {
    application("type: http.handler\n    config: {body: \"\(text)\", contentType: text/plain}")
}

/// An application that says something, with a module that fails.
func fragile(_ text: String, _ configuration: String) -> String {
    saying(text).replacing(
        "workflows:", with: "  - {name: f, type: test.fragile, config: {\(configuration)}}\nworkflows:")
}
