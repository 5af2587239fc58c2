import Foundation
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules
import WorkflowTesting

@testable import WorkflowHTTP

/// Runs scripts of one line: `answer TEXT`, `echo`, `throw`, `wait`; `syntax`, `init` and `start` fail where they say.
final class LineScriptRuntime: ScriptRuntime {
    let gate = TestGate()
    let loads = TestCounter()
    let stops = TestCounter()

    func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        loads.increment()
        switch source.text {
        case "syntax": throw ScriptError(.syntax, "unexpected end", line: 3, column: 7)
        case "init": throw ScriptError(.thrown, "Error: no carrier", line: 2, column: 5)
        default: return LineScript(name: source.name, text: source.text, runtime: self)
        }
    }

    func shutdown() async {}
}

private final class LineScript: ScriptComponent {
    let name: String
    let contract = ScriptContract()
    private let text: String
    private let runtime: LineScriptRuntime
    private let isStopped = Mutex(false)

    init(name: String, text: String, runtime: LineScriptRuntime) {
        self.name = name
        self.text = text
        self.runtime = runtime
    }

    func start() async throws {
        if text == "start" { throw ScriptError(.thrown, "Error: not today", line: 4, column: 2) }
    }

    func execute(_ input: JSONValue) async throws -> JSONValue {
        guard !isStopped.withLock({ $0 }) else { throw ScriptError(.stopped, "stopped") }
        switch text {
        case "throw": throw ScriptError(.thrown, "Error: out of stock", line: 5, column: 9)
        case "echo": return input
        case "wait":
            try await runtime.gate.wait()
            return "waited"
        default: return .string(String(text.dropFirst("answer ".count)))
        }
    }

    func stop() async throws {
        isStopped.withLock { $0 = true }
        runtime.stops.increment()
    }
}

/// The management API of an application whose configuration defines the component `tool`, with the script `tool.js`.
struct ComponentFixture {
    private static let token = "0123456789abcdef"
    static let path = "/api/dynamic/components"

    let engine: WorkflowEngine
    let runtime: LineScriptRuntime
    let folder: TemporaryDirectory
    let log: AuditLog
    let port: Int

    /// Runs an application while `body` runs.
    static func run(
        script: String = "answer one", store: any StateStore = InMemoryStateStore(), more: String = "",
        _ body: (ComponentFixture) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { folder async throws in
            try folder.write(script, to: "scripts/tool.js")
            try await run(in: folder, store: store, more: more, body)
        }
    }

    /// Runs an application whose script is in a folder already.
    static func run(
        in folder: TemporaryDirectory, store: any StateStore, more: String = "",
        _ body: (ComponentFixture) async throws -> Void
    ) async throws {
        let yaml = """
            modules:
              - {name: tool, type: dynamic.component, config: {source: scripts/tool.js, provides: [hammer]}}
            \(more)
            """
        let (runtime, log) = (LineScriptRuntime(), AuditLog())
        let components = DynamicComponents()
        var environment = EngineEnvironment(
            logger: Logger(label: "test") { _ in log }, defaultStore: store, scriptRuntime: runtime)
        environment.components = components
        let registry = ModuleRegistry(HTTPModules.all + StandardModules.all)
        let configuration = try ApplicationConfiguration(yaml: yaml, file: "\(folder.path)/app.yaml")
        let engine = WorkflowEngine(configuration: configuration, registry: registry, environment: environment)
        try await engine.start()
        let server = try ManagementServer(
            configuration: .init(address: ListenAddress(host: "127.0.0.1", port: 0), token: token),
            application: ManagedApplication(engine: engine, registry: registry),
            logger: .quiet)
        func end() async {
            await server.stop(deadline: .zero)
            await engine.stop()
            await components.close()
        }
        do {
            try await server.start()
            try await body(
                ComponentFixture(
                    engine: engine, runtime: runtime, folder: folder, log: log, port: server.port ?? 0))
        } catch {
            await end()
            throw error
        }
        await end()
    }

    /// Sends a request with the token.
    func send(
        _ method: String, _ path: String = "", headers: [String] = [], body: String = "", isAuthorized: Bool = true
    ) async throws -> RawResponse {
        let connection = try await RawConnection.open(port: port)
        let token = isAuthorized ? ["authorization: Bearer \(Self.token)"] : []
        let lines = (token + headers).map { $0 + "\r\n" }.joined()
        try await connection.send(
            "\(method) \(Self.path)\(path) HTTP/1.1\r\nhost: localhost\r\ncontent-length: \(body.utf8.count)\r\n"
                + "\(lines)\r\n\(body)")
        let response = try await connection.response()
        try? await connection.close()
        return response
    }

    /// Puts a script in place.
    func put(_ source: String, to id: String = "tool", headers: [String] = []) async throws -> RawResponse {
        let body: JSONValue = ["source": .string(source)]
        return try await send("PUT", "/\(id)", headers: headers, body: body.jsonString())
    }

    /// What a component answers to an input.
    func output(of id: String = "tool", _ input: JSONValue = [:]) async throws -> JSONValue {
        let body: JSONValue = ["input": input]
        return try await send("POST", "/\(id)/execute", body: body.jsonString()).json["output"] ?? .null
    }

    /// The names of the files beside that of the component, and its own.
    var scripts: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/scripts").sorted() }
    }

    /// What is in the file of the component.
    func file() throws -> String {
        try String(contentsOfFile: "\(folder.path)/scripts/tool.js", encoding: .utf8)
    }
}

/// Remembers the lines about components.
struct AuditLog: LogHandler {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])
    }

    private let store = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    /// The lines, each with its sorted fields.
    var lines: [String] { store.lines.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        store.lines.withLock { $0.append("\(event.message) " + fields.joined(separator: " ")) }
    }
}
