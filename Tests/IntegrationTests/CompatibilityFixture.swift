import Foundation
import Logging
import Synchronization
import WorkflowCatalog
import WorkflowCore

/// A configuration as others write them, of the folder `Tests/Fixtures/Compatibility`.
struct CompatibilityFixture {
    static let folder = ServerProcess.packageFolder + "/Tests/Fixtures/Compatibility"

    let file: String

    init(_ name: String) {
        file = "\(Self.folder)/\(name).yaml"
    }

    /// All files of the folder, without their endings.
    static func names() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(".yaml".count)) }.sorted()
    }

    /// What is wrong with the file, each issue as it is printed, but with the name of the file only.
    func issues() async throws -> [String] {
        do {
            let configuration = try ConfigurationLoader(environment: [:]).load([file])
            try await WorkflowEngine.validate(
                configuration, registry: StandardCatalog.registry,
                environment: .standard(RecordedLog()))
            return []
        } catch let error as ConfigurationError {
            return error.issues.map { issue in
                let hint = issue.suggestion.map { " (\($0))" } ?? ""
                return "\(issue.location.line): \(issue.path): \(issue.message)\(hint)"
            }
        }
    }

    /// Starts the application on ports that the system chooses.
    ///
    /// - Parameters:
    ///   - changes: What is replaced in the text of the file, in this order; each must occur.
    ///   - body: The test.
    func run(
        changes: [(String, String)] = [], _ body: (RunningApplication) async throws -> Void
    ) async throws {
        var text = try String(contentsOfFile: file, encoding: .utf8)
        for (old, new) in changes {
            guard text.contains(old) else { throw WorkflowError(.notFound, "\(file) does not have \"\(old)\"") }
            text = text.replacing(old, with: new)
        }
        try await RunningApplication.run(text, file: file, body)
    }
}

/// An application of all module types, in this process.
struct RunningApplication: Sendable {
    let engine: WorkflowEngine
    let log: RecordedLog
    /// Talks to the first server; of no use when the application has none.
    let client: TestClient

    /// Starts an application on ports that the system chooses, and stops it whatever happens.
    static func run(
        _ yaml: String, file: String = "<config>", _ body: (RunningApplication) async throws -> Void
    ) async throws {
        let text = yaml.replacing(/address: ":\d+"/, with: "address: \"127.0.0.1:0\"")
            .replacing(/(?m)^  port: \d+$/, with: "  port: 0")
        let configuration = try ApplicationConfiguration(yaml: text, file: file)
        let (log, port) = (RecordedLog(), FirstPort())
        let engine = WorkflowEngine(
            configuration: configuration, registry: StandardCatalog.registry,
            environment: .standard(log),
            onReady: { port.find(in: $0) })
        try await engine.start()
        do {
            try await body(RunningApplication(engine: engine, log: log, client: TestClient(port: port.number)))
            await engine.stop()
        } catch {
            await engine.stop()
            throw error
        }
    }

    /// Another system: it takes every request, and shows what has come with ``received(_:)``.
    static func runRecorder(_ body: (RunningApplication) async throws -> Void) async throws {
        try await run(
            """
            modules:
              - {name: web, type: http.server, config: {address: ":0"}}
              - {name: router, type: http.router}
              - {name: messages, type: messaging.broker}
              - {name: received, type: messaging.handler}
            workflows:
              messaging: {subscriptions: [{topic: received, handler: received}]}
            triggers:
              http:
                routes: [{method: "*", path: "/{path...}", workflow: messaging, action: received}]
            """, body)
    }

    /// Publishes a message to every broker.
    func publish(_ topic: String, _ data: JSONObject) async throws {
        let environment = engine.environment
        for (_, broker) in engine.runningGeneration?.brokers ?? [] {
            try await broker.publish(
                Message(
                    id: environment.identifiers.next(), topic: topic, payload: .object(data),
                    timestamp: environment.clock.now))
        }
    }

    /// The contents of the messages that a `messaging.handler` has got so far.
    ///
    /// - Parameters:
    ///   - module: The name of the handler.
    ///   - topic: Only messages of this topic.
    func messages(to module: String, topic: String? = nil) -> [String] {
        log.lines.compactMap { line in
            guard line.message == "Message received", line.metadata["module"] == "\(module)",
                topic.map({ line.metadata["message.topic"] == "\($0)" }) ?? true
            else { return nil }
            return "\(line.metadata["message.payload"] ?? "")"
        }
    }

    /// Waits until a `messaging.handler` has got a message whose content has a text in it.
    func expectMessage(to module: String, topic: String? = nil, containing text: String = "") async throws {
        try await eventually(within: .seconds(20), "\(module) gets \(topic ?? "a message") with '\(text)'") {
            messages(to: module, topic: topic).contains { text.isEmpty || $0.contains(text) }
        }
    }
}

/// The port of the first server of an application.
private final class FirstPort: Sendable {
    private let found = Mutex(0)

    var number: Int { found.withLock { $0 } }

    func find(in summary: EngineSummary) {
        let ports = summary.details.compactMap { $0.text.firstMatch(of: /:\/\/[^\s:]*:(\d+)/)?.1 }
        found.withLock { $0 = ports.first.flatMap { Int($0) } ?? 0 }
    }
}

/// Remembers what is logged.
final class RecordedLog: Sendable {
    struct Line: Sendable {
        let message: String
        let metadata: Logger.Metadata
    }

    private let recorded = Mutex<[Line]>([])

    var lines: [Line] { recorded.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(log: self) }
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = metadata.merging(event.metadata ?? [:]) { $1 }
            log.recorded.withLock { $0.append(Line(message: "\(event.message)", metadata: metadata)) }
        }
    }
}

extension EngineEnvironment {
    /// An environment with the drivers of the catalogue.
    fileprivate static func standard(_ log: RecordedLog) -> EngineEnvironment {
        var environment = EngineEnvironment(logger: log.logger)
        environment.databaseDrivers = StandardCatalog.databaseDrivers
        environment.brokerProviders = StandardCatalog.brokerProviders
        return environment
    }
}
