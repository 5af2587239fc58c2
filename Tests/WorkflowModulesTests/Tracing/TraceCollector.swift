import Logging
import Synchronization
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// A span as a collector got it.
struct CollectedSpan: Sendable {
    let name: String
    let traceID: String
    let spanID: String
    let parentID: String
    let kind: Int
    let attributes: JSONObject
    let json: JSONValue

    init(_ json: JSONValue) {
        self.json = json
        name = json["name"]?.stringValue ?? ""
        traceID = json["traceId"]?.stringValue ?? ""
        spanID = json["spanId"]?.stringValue ?? ""
        parentID = json["parentSpanId"]?.stringValue ?? ""
        kind = json["kind"]?.intValue ?? 0
        attributes = Self.attributes(json["attributes"])
    }

    /// The values of attributes without their types.
    static func attributes(_ list: JSONValue?) -> JSONObject {
        var result = JSONObject()
        for pair in list?.arrayValue ?? [] {
            guard let key = pair["key"]?.stringValue, let value = pair["value"]?.objectValue?.first else { continue }
            result[key] = value.value
        }
        return result
    }
}

extension LoopbackServer {
    /// The requests with traces.
    var exports: [Request] { requests.filter { $0.path == "/v1/traces" } }

    /// The spans of each request.
    var batches: [[CollectedSpan]] { exports.map(Self.spans) }

    /// All spans that came.
    var spans: [CollectedSpan] { batches.flatMap { $0 } }

    /// The spans of a request; none when it is no JSON.
    static func spans(of request: Request) -> [CollectedSpan] {
        do {
            let document = try JSONValue(parsing: request.body)
            return document.value(at: "resourceSpans[0].scopeSpans[0].spans")?.arrayValue?.map(CollectedSpan.init) ?? []
        } catch {
            return []
        }
    }

    /// The first span with a name, as soon as it has come.
    func span(_ name: String) async throws -> CollectedSpan {
        try await waitUntil("the span \"\(name)\" is sent") { self.spans.contains { $0.name == name } }
        return spans.first { $0.name == name } ?? CollectedSpan(.null)
    }
}

/// Shows the traces of a generation to a test.
struct TracesModule: WorkflowModule {
    static let descriptor = ModuleDescriptor(type: "test.traces", summary: "Shows the traces.")

    let traces: Traces

    init(configuration: EmptyConfiguration, context: ModuleContext) {
        traces = context.environment.traces
    }
}

/// A step that counts its runs, and may never end.
struct TracedStepModule: WorkflowModule, ProcessingStep {
    struct Configuration: ConfigurationObject {
        var hangs = false

        static let fields: [ConfigurationField<Self>] = [
            .init("hangs", \.hangs, "Whether runs go on until they are cancelled.")
        ]
    }

    static let descriptor = ModuleDescriptor(
        type: "test.step", summary: "Counts its runs.", provides: [.processingStep])

    let policy = StepPolicy(successTransition: "finish", compensateTransition: "", maxRetries: 0)
    let runs = TestCounter()
    private let gate = TestGate()

    init(configuration: Configuration, context: ModuleContext) {
        if !configuration.hangs { gate.open() }
    }

    func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        runs.increment()
        try await gate.wait()
        return [:]
    }
}

/// An application with `observability.otel` and what its spans go to.
struct TracedApplication: Sendable {
    let engine: WorkflowEngine
    let server: LoopbackServer
    let environment: EngineEnvironment
    let traces: Traces

    static let registry = ModuleRegistry(
        StandardModules.all + [RecorderModule.self, TracesModule.self, TracedStepModule.self])

    /// Runs an application; the spans are sent after 10 ms unless `keys` say otherwise.
    static func run(
        _ keys: String = "scheduleDelay: 10ms", modules: String = "", workflows: String = "",
        environment: EngineEnvironment = EngineEnvironment(logger: .quiet),
        answer: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer = { _ in .init() },
        _ body: (TracedApplication) async throws -> Void
    ) async throws {
        try await LoopbackServer.run(answer) { server in
            let yaml = """
                modules:
                  - {name: tracing, type: observability.otel, config: {endpoint: '\(server.url)', \(keys)}}
                  - {name: traces, type: test.traces}
                \(modules.replacing("URL", with: server.url))
                \(workflows)
                """
            try await withTestEngine(yaml, registry: registry, environment: environment) { engine in
                let traces = try engine.service(TracesModule.self, named: "traces").traces
                try await body(
                    TracedApplication(engine: engine, server: server, environment: environment, traces: traces))
            }
        }
    }

    /// Makes spans that contain nothing.
    func makeSpans(_ count: Int) async throws {
        for number in 0..<count { try await traces.span("span \(number)") { _ in } }
    }

    /// The value of a metric, such as `otel_spans_dropped_total{reason="refused"}`.
    func metric(_ name: String) -> Int {
        let text = String(decoding: environment.metrics.registry.render(), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
    }
}

/// Keeps what is logged.
struct LogRecorder: LogHandler {
    /// The lines, shared by all copies of the handler.
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }

        func append(_ line: String) {
            lines.withLock { $0.append(line) }
        }
    }

    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        lines.append("\(event.message) \(metadata.joined(separator: " "))")
    }

    /// A logger, and what it logs.
    static func make() -> (Logger, Lines) {
        let lines = Lines()
        return (Logger(label: "test") { _ in LogRecorder(lines: lines) }, lines)
    }
}
