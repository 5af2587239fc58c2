import Foundation
import Logging
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct EventLoggerTests {
    /// Keeps the lines of the program's log.
    private final class Lines: Sendable {
        struct Line: Sendable {
            let level: Logger.Level
            let message: String
            let metadata: [String: String]
        }

        private struct Handler: LogHandler {
            let lines: Lines
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.trace

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                let metadata = (event.metadata ?? [:]).mapValues { "\($0)" }
                let line = Line(level: event.level, message: "\(event.message)", metadata: metadata)
                lines.all.withLock { $0.append(line) }
            }
        }

        let all = Mutex<[Line]>([])

        var events: [Line] { all.withLock { $0 }.filter { $0.message == "Event" } }
        var types: [String] { events.compactMap { $0.metadata["event.type"] } }
        var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }
    }

    private static func yaml(_ config: String, settings: String = "") -> String {
        """
        modules:
          - {name: events, type: messaging.broker}
          - {name: audit, type: eventlogger.modular, config: {\(config)}}
          - {name: listener, type: test.recorder}
        workflows:
          messaging: {subscriptions: [{topic: seen, handler: listener}]}
        \(settings)
        """
    }

    private func run(_ yaml: String, _ body: (WorkflowEngine, Lines) async throws -> Void) async throws -> Lines {
        let lines = Lines()
        let environment = EngineEnvironment(logger: lines.logger)
        try await withTestEngine(yaml, registry: TestApplication.registry, environment: environment) { engine in
            try await body(engine, lines)
        }
        return lines
    }

    private func publish(_ engine: WorkflowEngine, _ topic: String, _ payload: JSONValue, id: String) async throws {
        try await engine.service(GenerationBroker.self, named: "events").publish(
            Message(id: id, topic: topic, payload: payload, timestamp: .systemNow()))
    }

    @Test func workflowsAndTheApplicationAreLoggedByThemselves() async throws {
        let lines = try await run(Self.yaml("", settings: "eventlogger: {logLevel: notice}")) { engine, lines in
            try await engine.invoke("messaging", action: "seen", data: ["password": "hunter2"])
            await #expect(throws: WorkflowError.self) { try await engine.invoke("messaging", action: "a..b") }
            try await waitUntil("the failure is logged") { lines.types.contains("workflow.messaging.failed") }
        }
        #expect(lines.types.first == "application.started")
        #expect(lines.types.last == "application.stopping")
        #expect(lines.types.filter { $0.hasPrefix("workflow.") }.count == 4)
        #expect(lines.events.allSatisfy { $0.level == .notice })
        let failure = try #require(lines.events.first { $0.metadata["event.type"] == "workflow.messaging.failed" })
        #expect(failure.metadata["event.workflow"] == "messaging")
        #expect(failure.metadata["event.action"] == "a..b")
        #expect(failure.metadata["event.status"] == "failed")
        #expect(failure.metadata["event.error"]?.contains("has an empty segment") == true)
        #expect(failure.metadata["event.durationMs"] != nil)
        #expect(!lines.events.contains { "\($0.metadata)".contains("hunter2") })
    }

    @Test func onlyChosenTopicsAndTypesAreLogged() async throws {
        let config = "topics: [order.*], eventTypes: [paid, order.*], includePayload: true"
        let lines = try await run(Self.yaml(config)) { engine, lines in
            try await publish(engine, "user.new", ["type": "paid"], id: "1")
            try await publish(engine, "order.a", ["type": "created"], id: "2")
            try await publish(engine, "order.a", ["type": "paid", "id": "o1"], id: "3")
            try await publish(engine, "order.b", ["n": 1], id: "4")
            try await waitUntil("the last one is logged") { lines.types.last == "order.b" }
        }
        #expect(lines.events.map { $0.metadata["event.id"] } == ["3", "4"])
        #expect(lines.events.first?.metadata["event.instanceId"] == "o1")
        #expect(lines.events.first?.metadata["event.payload"] == #"{"type":"paid","id":"o1"}"#)
    }

    @Test func aModuleThatIsOffLogsNothing() async throws {
        let lines = try await run(Self.yaml("enabled: false")) { engine, _ in
            try await engine.invoke("messaging", action: "seen")
            try await engine.service(RecorderModule.self).recorder.waitForMessages(1)
        }
        #expect(lines.events.isEmpty)
    }

    @Test func aFileHasOneObjectInEachLineAndTurnsIntoEarlierOnes() async throws {
        try await TestApplication.withFolder([]) { folder in
            let path = "\(folder)/audit.jsonl"
            let config =
                "topics: [order.*], includePayload: true, output: file, path: '\(path)', maxSize: 1KB, maxBackups: 2"
            _ = try await run(Self.yaml(config)) { engine, _ in
                for number in 0..<12 {
                    let text = String(repeating: "x", count: 200)
                    try await publish(engine, "order.a", ["text": .string(text)], id: "m\(number)")
                }
                try await waitUntil("everything is written") {
                    // It is not there for a moment when a new one is begun.
                    let bytes = FileManager.default.contents(atPath: path) ?? Data()
                    return String(decoding: bytes, as: UTF8.self).contains("m11")
                }
            }
            let files = try [path + ".2", path + ".1", path].map { path in
                try String(contentsOfFile: path, encoding: .utf8)
            }
            for file in files { #expect(file.utf8.count <= 1024) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 3)
            let lines = try files.joined().split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            let ids = lines.compactMap { $0["id"]?.stringValue }
            #expect(ids == (12 - ids.count..<12).map { "m\($0)" })
            #expect(ids.count >= 3)
            #expect(lines.last?["type"] == "application.stopping")
            #expect(lines.first?["payload"]?["text"]?.stringValue?.count == 200)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func aFileThatCannotBeOpenedStopsTheStart() async throws {
        let yaml = Self.yaml("output: file, path: /nowhere/audit.jsonl")
        let error = await #expect(throws: WorkflowError.self) { _ = try await run(yaml) { _, _ in } }
        #expect(
            error?.message.contains("The event log /nowhere/audit.jsonl cannot be opened") == true,
            "\(String(describing: error))")
    }

    @Test(arguments: [
        ("output: file", "missing key \"path\""), ("path: a.jsonl", "a path has no effect without output: file"),
        ("level: loud", "must be one of trace, debug, info, notice, warning, error, is \"loud\""),
        ("topics: [a..b]", "has an empty segment"), ("broker: listener", "is not a message broker"),
        ("format: xml", "unknown key \"format\""),
    ])
    func settingsThatCannotWorkAreRefusedWithTheirPlace(config: String, message: String) async throws {
        let issues = try await TestApplication.issues(Self.yaml(config))
        #expect(issues.count == 1)
        #expect(issues.first?.hasPrefix("app.yaml:3:") == true, "\(issues)")
        #expect(issues.first?.contains(message) == true, "\(issues)")
    }

    @Test func itNeedsABrokerForItsTopics() async throws {
        let yaml = "modules: [{name: audit, type: eventlogger.modular}]"
        let issues = try await TestApplication.issues(yaml)
        #expect(issues.count == 1)
        #expect(issues.first?.contains("a module that provides a message broker is missing") == true, "\(issues)")
        let without = "modules: [{name: audit, type: eventlogger.modular, config: {topics: []}}]"
        #expect(try await TestApplication.issues(without).isEmpty)
    }
}
