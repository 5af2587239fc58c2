import Logging
import Synchronization
import Testing
import WorkflowCore
import WorkflowPlatform
import WorkflowTesting

/// What workflows write to the log.
@Suite struct LoggedSecretsTests {
    /// Keeps the lines of a logger.
    private final class Lines: Sendable {
        let list = Mutex<[String]>([])

        var logger: Logger {
            Logger(label: "test") { _ in Handler(lines: self) }
        }

        var all: String { list.withLock { $0.joined(separator: "\n") } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let details = metadata.merging(event.metadata ?? [:]) { $1 }
            lines.list.withLock { $0.append("\(event.message) \(details)") }
        }
    }

    @Test func `Lines name their workflow and hide its secrets`() async throws {
        let lines = Lines()
        var settings = engineSettings()
        settings.logger = lines.logger
        try await withEngines(settings: settings) { engines in
            let id = try workflowID("a")
            let yaml = fragile("hello", "gate: \"${secret.GATE}\"")
            try await engines.manager.deploy(
                try deployment("a", yaml, secrets: ["GATE": "loud-secret", "SHORT": "x"]))
            #expect(lines.all.contains("The application is ready"))
            #expect(lines.all.contains(id.text))
            HeldRequests.gate("loud-secret").open()
            try await until { await engines.manager.status(of: id)?.restarts == 1 }
            #expect(lines.all.contains("It broke at <redacted>."))
            #expect(!lines.all.contains("loud-secret"))
            let status = await engines.manager.status(of: id)
            #expect(status?.lastError == "version 1: the module \"f\" failed: It broke at <redacted>.")
        }
    }
}
