import Logging
import Testing
import WorkflowCore
import WorkflowHTTP

struct `A server that a cancelled task stops` {
    @Test func `is closed as always, without a warning`() async throws {
        try await withTemporaryDirectory { directory in
            let lines = SharedValue<[String]>([])
            let server = HTTPServer(
                configuration: HTTPServerConfiguration(
                    address: try ListenAddress("unix:\(directory.path)/server.sock")),
                responder: ClosureHandler { _ in .text("ok") },
                logger: Logger(label: "test", factory: { _ in WarningHandler(lines: lines) }))
            try await server.start()
            let stopping = Task {
                // Until here it may not have been cancelled.
                while !Task.isCancelled { await Task.yield() }
                await server.stop(deadline: .zero)
            }
            stopping.cancel()
            await stopping.value
            #expect(lines.value == [])
            // What is not there cannot be replaced by a directory.
            try directory.write("x", to: "server.sock/file")
        }
    }
}

/// Keeps warnings with their errors.
private struct WarningHandler: LogHandler {
    let lines: SharedValue<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.warning

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.update { $0.append("\(event.message): \(event.metadata?["error"] ?? "")") }
    }
}
