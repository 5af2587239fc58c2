import Logging
import Synchronization
import Testing

@testable import WorkflowCore

struct InstrumentationTests {
    private let lines = LogLines()
    private let environment: EngineEnvironment

    init() {
        let lines = lines
        environment = EngineEnvironment(logger: Logger(label: "test", factory: { _ in LevelHandler(lines: lines) }))
    }

    @Test func aFailureIsAWarning() async throws {
        let instrumentation = Instrumentation(environment: environment)
        await #expect(throws: WorkflowError.self) {
            try await instrumentation.observe("execute", module: "a") { throw WorkflowError(.internal, "no") }
        }
        // Nobody has cancelled it.
        await #expect(throws: CancellationError.self) {
            try await instrumentation.observe("execute", module: "a") { throw CancellationError() }
        }
        #expect(lines.all == ["warning Module operation failed", "warning Module operation failed"])
        #expect(environment.metrics.moduleOperations.with("a", "execute", "failure").value == 2)
    }

    @Test func whatIsCancelledIsNot() async throws {
        let instrumentation = Instrumentation(environment: environment)
        let task = Task {
            try await instrumentation.observe("execute", module: "a") {
                while true {
                    try Task.checkCancellation()
                    await Task.yield()
                }
            }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(lines.all == ["debug Module operation failed"])
        #expect(environment.metrics.moduleOperations.with("a", "execute", "failure").value == 1)
    }
}

/// What was logged.
private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// Keeps messages with their levels.
private struct LevelHandler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add("\(event.level) \(event.message)") }
}
