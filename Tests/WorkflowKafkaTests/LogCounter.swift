#if Kafka
import Logging
import WorkflowTesting

/// Counts how often something is logged.
struct LogCounter: Sendable {
    private struct Handler: LogHandler {
        let text: String
        let counter: TestCounter
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            if "\(event.message)" == text { counter.increment() }
        }
    }

    private let counter = TestCounter()
    let logger: Logger

    /// - Parameter text: The message that is counted.
    init(_ text: String) {
        let counter = counter
        logger = Logger(label: "test") { _ in Handler(text: text, counter: counter) }
    }

    var count: Int { counter.value }
}
#endif
